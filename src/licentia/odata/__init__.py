"""The OData dialect of Microsoft Graph: texts of a request to frozen trees and back.

Pure: standard library only, and never what a property means or where rows live.
"""
