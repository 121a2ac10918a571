"""The drawings of the pages, on a field of 16 by 16, by name. A picture is never the only carrier of a meaning."""

from __future__ import annotations

ICONS = {
    "menu": '<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>',
    "down": '<path d="m3.5 6 4.5 4.5L12.5 6"/>',
    "right": '<path d="m6 3.5 4.5 4.5L6 12.5"/>',
    "search": '<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.3 3.3"/>',
    "clock": '<circle cx="8" cy="8" r="5.7"/><path d="M8 4.8V8l2.3 1.6"/>',
    "globe": '<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 2 2.6 4 2.6 6S10 12 8 14c-2-2-2.6-4-2.6-6S6 4 8 2z"/>',
    "help": '<circle cx="8" cy="8" r="6"/><path d="M6.3 6.3a1.8 1.8 0 1 1 2.6 1.7c-.7.3-.9.7-.9 1.4M8 11.3v.1"/>',
    "home": '<path d="M2.5 7.5 8 2.8l5.5 4.7M4 6.6V13h3v-3.4h2V13h3V6.6"/>',
    "users": '<circle cx="6" cy="5.4" r="2.4"/><path d="M1.8 13c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8M10.4 3.2a2.2 2.2 0 0 1 '
    '0 4.3M11.8 9.5c1.4.5 2.2 1.7 2.4 3.5"/>',
    "deleted": '<circle cx="6.5" cy="5.4" r="2.4"/><path d="M2.3 13c.3-2.4 2-3.8 4.2-3.8M10 10l3.6 3.6M13.6 10 10 13.6"/>',
    "leave": '<path d="M9.5 3H3.5v10h6M7 8h6.5M11 5.5 13.5 8 11 10.5"/>',
    "groups": '<circle cx="8" cy="5" r="2.2"/><circle cx="3.3" cy="6.6" r="1.5"/><circle cx="12.7" cy="6.6" r="1.5"/>'
    '<path d="M4.6 13c.2-2.3 1.5-3.6 3.4-3.6s3.2 1.3 3.4 3.6M1.3 11.6c0-1.3.6-2.2 1.7-2.5M14.7 11.6c0-1.3-.6-2.2-1.7-2.5"/>',
    "license": '<rect x="2" y="3.5" width="12" height="9" rx="1.5"/><path d="M4.5 6.5h4M4.5 9h2.5"/>'
    '<circle cx="11" cy="8" r="1.4"/><path d="m10.3 9.3-.5 3.2M11.7 9.3l.5 3.2"/>',
    "box": '<path d="M2.5 5 8 2.3 13.5 5v6L8 13.7 2.5 11zM2.5 5 8 7.7 13.5 5M8 7.7v6"/>',
    "reclaim": '<path d="M13.2 6.2A5.5 5.5 0 0 0 3.3 5M2.8 9.8a5.5 5.5 0 0 0 9.9 1.2M3.3 2.4V5h2.6M12.7 13.6V11h-2.6"/>',
    "plans": '<rect x="3" y="2.5" width="10" height="11" rx="1.5"/><path d="m5.3 6 .9.9 1.6-1.7M5.3 10.2l.9.9 1.6-1.7'
    'M9.6 6.3h1.4M9.6 10.5h1.4"/>',
    "calendar": '<rect x="2.5" y="3.3" width="11" height="10.2" rx="1.5"/><path d="M2.5 6.5h11M5.3 2v2.3M10.7 2v2.3"/>',
    "audit": '<path d="M4 2.5h6l2.5 2.5v8.5H4zM10 2.5V5h2.5M6 7.5h4.5M6 10h4.5"/>',
    "plug": '<path d="M6 2.5v3M10 2.5v3M4.3 5.5h7.4v2.2a3.7 3.7 0 0 1-7.4 0zM8 11.4v2.3"/>',
    "gear": '<circle cx="8" cy="8" r="2"/><path d="M8 1.9v1.7M8 12.4v1.7M1.9 8h1.7M12.4 8h1.7M3.7 3.7l1.2 1.2M11.1 11.1l1.2 '
    '1.2M12.3 3.7l-1.2 1.2M4.9 11.1l-1.2 1.2"/>',
    "add": '<path d="M8 3v10M3 8h10"/>',
    "download": '<path d="M8 2.5v7.7M4.8 7.2 8 10.4l3.2-3.2M3 13.5h10"/>',
    "more": '<path d="M3.5 8h.01M8 8h.01M12.5 8h.01"/>',
    "shield": '<path d="M8 2.2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4z"/>',
    "close": '<path d="m3.5 3.5 9 9M12.5 3.5l-9 9"/>',
    "check": '<path d="m3 8.5 3.2 3.2L13 4.8"/>',
    "warning": '<path d="M8 2.3 14.3 13H1.7zM8 6.4v3.2M8 11.3v.2"/>',
    "key": '<circle cx="5" cy="10.5" r="2.7"/><path d="m7 8.5 6-6M10.5 5l2 2"/>',
    "lock": '<rect x="3.5" y="7" width="9" height="6.5" rx="1.3"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>',
    "cloud": '<path d="M4.7 12.5h6.8a2.7 2.7 0 0 0 .3-5.4 3.9 3.9 0 0 0-7.5-.6A3 3 0 0 0 4.7 12.5z"/>',
    "mail": '<rect x="2" y="3.5" width="12" height="9" rx="1.5"/><path d="m2.5 4.5 5.5 4.3 5.5-4.3"/>',
    "cart": '<path d="M2 3h1.8l1.4 7.3h6.6L13.3 5H4.3"/><circle cx="6" cy="13" r=".8"/><circle cx="11" cy="13" r=".8"/>',
    "apps": '<rect x="2.5" y="2.5" width="4.5" height="4.5" rx="1"/><rect x="9" y="2.5" width="4.5" height="4.5" rx="1"/>'
    '<rect x="2.5" y="9" width="4.5" height="4.5" rx="1"/><rect x="9" y="9" width="4.5" height="4.5" rx="1"/>',
    "money": '<path d="M12 4.3A4.6 4.6 0 0 0 5 8a4.6 4.6 0 0 0 7 3.7M3 7h6M3 9.2h5.5"/>',
    "undo": '<path d="M3 6.5h6.2a3.6 3.6 0 0 1 0 7.2H6.5M3 6.5l3-3M3 6.5l3 3"/>',
    "filter": '<path d="M2.5 3.5h11L9.5 8.5v4L6.5 13.5v-5z"/>',
}
