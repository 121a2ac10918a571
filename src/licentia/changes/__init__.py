"""The three doors (I-1): apply, advance, record. Tenant state is written here and nowhere else, with its journal rows."""
