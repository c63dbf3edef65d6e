#!/usr/bin/python3
"""Reads a backup as docs/store-format.md describes it, in another language and without sharing code.

usage: reader.py BACKUP PASSPHRASE [COLLECTION ...]      prints one JSON object per record
"""
import hashlib, hmac, json, struct, sys, unicodedata
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


POLYNOMIAL = 1 << 128 | 1 << 127 | 1 << 126 | 1 << 121 | 1


def derive(key, label, length=32):
    """HKDF-SHA-256 (RFC 5869) without a salt."""
    prk = hmac.digest(bytes(32), key, 'sha256')
    return hmac.digest(prk, b'countersign store 1: ' + label.encode() + b'\x01', 'sha256')[:length]


def aes(key, blocks):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)


def polyval(h, data):
    """RFC 8452 §3, over GF(2^128) with x^128 + x^127 + x^126 + x^121 + 1, least significant bit first."""
    h = int.from_bytes(h, 'little')
    s = 0
    for at in range(0, len(data), 16):
        a, b, product = s ^ int.from_bytes(data[at:at + 16], 'little'), h, 0
        while b:
            if b & 1:
                product ^= a
            a, b = a << 1, b >> 1
        for _ in range(128):  # times x^-128
            product = (product ^ (POLYNOMIAL if product & 1 else 0)) >> 1
        s = product
    return s.to_bytes(16, 'little')


def padded(data):
    return data + bytes(-len(data) % 16)


def open_sealed(key, nonce, sealed, associated):
    """AES-256-GCM-SIV (RFC 8452 §4 and §5)."""
    halves = [aes(key, struct.pack('<I', i) + nonce)[:8] for i in range(6)]
    authentication, encryption = b''.join(halves[:2]), b''.join(halves[2:])
    ciphertext, tag = sealed[:-16], sealed[-16:]
    start = tag[:15] + bytes([tag[15] | 128])
    first, rest = struct.unpack('<I', start[:4])[0], start[4:]
    count = -(-len(ciphertext) // 16)
    stream = aes(encryption, b''.join(struct.pack('<I', (first + i) % 2 ** 32) + rest for i in range(count)))
    plain = bytes(a ^ b for a, b in zip(ciphertext, stream))
    lengths = struct.pack('<QQ', len(associated) * 8, len(plain) * 8)
    digest = bytearray(polyval(authentication, padded(associated) + padded(plain) + lengths))
    for i in range(12):
        digest[i] ^= nonce[i]
    digest[15] &= 127
    if not hmac.compare_digest(aes(encryption, bytes(digest)), tag):
        raise SystemExit('does not open: altered, or another key')
    return plain


def rows_of(backup):
    if backup[:5] != b'CSBK\x01':
        raise SystemExit('not a backup of format 1')
    at, rows = 13, []
    while backup[at] != 0:
        key_length, value_length = backup[at], struct.unpack('>I', backup[at + 1:at + 5])[0]
        if at + 5 + key_length + value_length + 9 > len(backup):
            raise SystemExit('altered: a row that is longer than the backup')
        key = backup[at + 5:at + 5 + key_length]
        at += 5 + key_length
        rows.append((key, backup[at:at + value_length]))
        at += value_length
    if struct.unpack('>Q', backup[at + 1:at + 9])[0] != len(rows):
        raise SystemExit('altered: rows are missing')
    return rows, backup[:at + 9], backup[at + 9:]


def root_key(store_id, slots, passphrase):
    for key, slot in slots:
        if slot[1] != 0:
            continue  # a key file
        m, t, p = struct.unpack('>III', slot[2:14])
        secret = unicodedata.normalize('NFC', passphrase).encode()
        slot_key = hash_secret_raw(secret, slot[14:30], t, m, p, 32, Type.ID)
        if hmac.compare_digest(derive(slot_key, 'slot check', 16), slot[30:46]):
            associated = b'slot' + store_id + key[1:5] + slot[:46]
            return open_sealed(derive(slot_key, 'slot box'), slot[46:58], slot[58:138], associated)[32:]
    raise SystemExit('wrong passphrase')


def main(path, passphrase, *collections):
    rows, signed, mac = rows_of(open(path, 'rb').read())
    (_, ring), slots = rows[0], [row for row in rows if row[0][0] == 1]
    store_id = ring[5:21]
    root = root_key(store_id, slots, passphrase)
    if not hmac.compare_digest(hmac.digest(derive(root, 'backup'), signed, 'sha256'), mac):
        raise SystemExit('the backup was altered')
    content = open_sealed(derive(root, 'ring'), ring[29:41], ring[41:], ring[:29])
    identity, count = content[1:33], struct.unpack('>I', content[49:53])[0]
    keys = {struct.unpack('>I', content[53 + 44 * i:57 + 44 * i])[0]: content[65 + 44 * i:97 + 44 * i] for i in range(count)}
    names_key = derive(identity, 'names')
    names = {hmac.digest(names_key, b'\x00' + name.encode(), 'sha256')[:16]: name for name in collections}
    for key, value in rows:
        if key[0] != 2:
            continue
        collection, record = key[5:21], key[21:37]
        number = struct.unpack('>I', value[9:13])[0]
        plain = open_sealed(keys[number], value[13:25], value[25:], value[:25] + store_id + collection + record)
        id_length, value_length = struct.unpack('>HI', plain[:6])
        name, body = plain[6:6 + id_length], plain[6 + id_length:6 + id_length + value_length]
        assert hmac.digest(names_key, b'\x01' + collection + name, 'sha256')[:16] == record
        print(json.dumps({'collection': names.get(collection, collection.hex()), 'id': name.decode(), 'value': json.loads(body)}))


if __name__ == '__main__':
    main(*sys.argv[1:])
