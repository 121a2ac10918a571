"""An index of display names as Graph sorts and compares them."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0008_product_events'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='user',
            index=models.Index('tenant_id', Lower('display_name'), 'id', name='users_by_display'),
        ),
    ]
