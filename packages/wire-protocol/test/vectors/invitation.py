"""Creates invitation.json from docs/protocol.md, "The text of an invitation", using only Python's standard library."""
import base64
import json
import pathlib
import zlib

PREFIX = 'countersign1_'


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def body(pin, port, host, username, code):
    fields = b''.join(bytes([len(field)]) + field for field in (host, username, code))
    return pin + port.to_bytes(2, 'big') + fields


def text(data, prefix=PREFIX):
    return prefix + b64(data + zlib.crc32(prefix.encode() + data).to_bytes(4, 'big'))


PIN = bytes(range(32))
CODE = 'AAECAwQF.0123-4567-89AB-CDEF'
GOOD = [
    ('for any name', '192.0.2.1', 8443, None, CODE),
    ('for one name', 'login.example.org', 443, 'alice', CODE),
    ('an IPv6 address and a name beyond ASCII', '2001:db8::1', 65535, 'zoë', CODE),
    ('the longest of everything', 'h' * 253, 1, '\U0001f600' * 50, 'c' * 100),
]
plain = body(PIN, 8443, b'h', b'', b'c')
whole = text(plain)
BAD = [
    ('nothing', '', 'not_an_invitation'),
    ('a code alone', CODE, 'not_an_invitation'),
    ('a later version', text(plain, 'countersign2_'), 'newer_version'),
    ('the prefix alone', PREFIX, 'damaged'),
    ('the last character missing', whole[:-1], 'damaged'),
    ('one character changed', whole[:20] + ('A' if whole[20] != 'A' else 'B') + whole[21:], 'damaged'),
    ('two neighbours swapped', whole[:-3] + whole[-2] + whole[-3] + whole[-1], 'damaged'),
    ('padding', whole + '=', 'damaged'),
    ('more than 900 bytes', text(plain + bytes(700)), 'damaged'),
    ('a body of no bytes', text(b''), 'malformed'),
    ('a body that ends in the middle of a field', text(plain[:-1]), 'malformed'),
    ('a byte after the last field', text(plain + b'x'), 'malformed'),
    ('port 0', text(body(PIN, 0, b'h', b'', b'c')), 'malformed'),
    ('no host', text(body(PIN, 1, b'', b'', b'c')), 'malformed'),
    ('a space in the host', text(body(PIN, 1, b'a b', b'', b'c')), 'malformed'),
    ('an escape sequence in the host', text(body(PIN, 1, b'\x1b[2J', b'', b'c')), 'malformed'),
    ('a host of 254 bytes', text(body(PIN, 1, b'h' * 254, b'', b'c')), 'malformed'),
    ('a name that is not UTF-8', text(body(PIN, 1, b'h', b'\xff', b'c')), 'malformed'),
    ('a name of 201 bytes', text(body(PIN, 1, b'h', b'n' * 201, b'c')), 'malformed'),
    ('no code', text(body(PIN, 1, b'h', b'', b'')), 'malformed'),
]


def good(what, host, port, username, code):
    made = text(body(PIN, port, host.encode(), (username or '').encode(), code.encode()))
    named = {} if username is None else {'username': username}
    return {'what': what, 'invitation': {'host': host, 'port': port, 'pin': 'sha256:' + b64(PIN), **named, 'code': code}, 'text': made}


vectors = {
    'good': [good(*each) for each in GOOD],
    'bad': [{'what': what, 'text': each, 'problem': problem} for what, each, problem in BAD],
}
path = pathlib.Path(__file__).parent / 'invitation.json'
path.write_text(json.dumps(vectors, indent=2, ensure_ascii=True) + '\n')
