"""Creates product-proof.json from the formulas of docs/protocol.md, using only Python's standard library."""
import hashlib
import hmac
import json
import pathlib

HERE = pathlib.Path(__file__).parent
GROUPS = {str(g['bits']): (int(g['N'], 16), g['g']) for g in json.loads((HERE / 'srp-groups.json').read_text())['groups']}


def sha256(*parts):
    return hashlib.sha256(b''.join(parts)).digest()


def hmac256(key, *parts):
    return hmac.new(key, b''.join(parts), hashlib.sha256).digest()


def expand(prk, info, length):
    """HKDF-Expand, RFC 5869 section 2.3."""
    block, okm, counter = b'', b'', 1
    while len(okm) < length:
        block = hmac256(prk, block, info, bytes([counter]))
        okm, counter = okm + block, counter + 1
    return okm[:length]


def number(data):
    return int.from_bytes(data, 'big')


def exchange(username, suite, identity, salt, stretch, stretched, a, b, binding):
    bits, hash_name = suite.split('-')
    N, g = GROUPS[bits]
    pad = lambda n: n.to_bytes(N.bit_length() // 8, 'big')
    H = lambda *parts: hashlib.new(hash_name, b''.join(parts)).digest()
    k = number(sha256(pad(N), pad(g)))
    x = number(H(salt, H(identity.encode(), b':', stretched)))
    v = pow(g, x, N)
    A, B = pow(g, number(a), N), (k * v + pow(g, number(b), N)) % N
    u = number(sha256(pad(A), pad(B)))
    S = pow(A * pow(v, u, N), number(b), N)
    assert S == pow(B - k * pow(g, x, N), number(a) + u * x, N)
    parts = [b'countersign/1 srp-6a transcript', username.encode(), suite.encode(), identity.encode(), salt,
             stretch.encode(), pad(A), pad(B), b'tls-exporter', binding]
    T = sha256(*(piece for part in parts for piece in (len(part).to_bytes(4, 'big'), part)))
    prk = hmac256(T, pad(S))
    M1 = hmac256(expand(prk, b'client proof', 32), T)
    M2 = hmac256(expand(prk, b'server proof', 32), T, M1)
    given = dict(username=username, suite=suite, identity=identity, salt=salt.hex(), stretch=stretch,
                 stretched=stretched.hex(), a=a.hex(), b=b.hex(), binding=binding.hex())
    made = dict(verifier=pad(v), A=pad(A), B=pad(B), T=T, M1=M1, M2=M2, sessionKey=expand(prk, b'session key', 32))
    return {**given, **{name: value.hex() for name, value in made.items()}}


def stand_in(seed, username, suite):
    N, _ = GROUPS[suite.split('-')[0]]
    length = N.bit_length() // 8
    key = hmac256(seed, b'verifier', username.encode())
    v = 2 + number(expand(key, suite.encode(), length + 16)) % (N - 3)
    return dict(seed=seed.hex(), username=username, suite=suite,
                salt=hmac256(seed, b'salt', username.encode())[:16].hex(), verifier=v.to_bytes(length, 'big').hex())


def seeded(text):
    return sha256(text.encode())


vectors = {
    'exchanges': [
        exchange('alice', '2048-sha512', 'alice', seeded('salt 1')[:16], 'none', b'correct horse battery staple',
                 seeded('a 1'), seeded('b 1'), seeded('binding 1')),
        exchange('z\u00fcrich', '3072-sha256', 'old-name', b'\0' + seeded('salt 2')[:15], 'argon2id,m=65536,t=3,p=4',
                 seeded('stretched 2'), seeded('a 2'), seeded('b 2'), seeded('binding 2')),
    ],
    'standIns': [stand_in(seeded('seed'), name, '3072-sha256') for name in ('nobody', 'j\u00fcrgen')],
}
(HERE / 'product-proof.json').write_text(json.dumps(vectors, indent=2) + '\n')
