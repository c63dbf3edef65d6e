"""Runs python3-srp behind a pipe: one JSON object per line in, one out, bytes as hex.

Supports both back ends (the preferred one on OpenSSL and the pure fallback) and all modes. The modes are
global switches of the library that it reads at every step, so they are set before every step.
"""
import json
import sys

import srp._ctsrp
import srp._pysrp

BACKENDS = {'openssl': srp._ctsrp, 'pure': srp._pysrp}
held = {}


def algorithm(lib, setting):
    hash_name, group_name = setting['hash'].replace('-', ''), 'NG_%d' % setting['bits']
    options = {'hash_alg': getattr(lib, hash_name), 'ng_type': getattr(lib, group_name, lib.NG_CUSTOM)}
    if options['ng_type'] == lib.NG_CUSTOM:
        options.update(n_hex=setting['N'].encode(), g_hex=setting['g'].encode())
    return options


def text_or_bytes(request):
    return bytes.fromhex(request['passwordBytes']) if 'passwordBytes' in request else request['password']


def verifier(lib, setting, request):
    length = request.get('saltLength', 16)
    salt, v = lib.create_salted_verification_key(
        request['identity'], text_or_bytes(request), salt_len=length, **algorithm(lib, setting))
    return {'salt': salt.hex(), 'verifier': v.hex()}


def client(lib, setting, request):
    secret = bytes.fromhex(request['secret']) if 'secret' in request else None
    user = lib.User(request['identity'], text_or_bytes(request), bytes_a=secret, **algorithm(lib, setting))
    held[request['id']] = user
    return {'A': user.start_authentication()[1].hex()}


def answer(lib, setting, request):
    M1 = held[request['of']].process_challenge(bytes.fromhex(request['salt']), bytes.fromhex(request['B']))
    return {'M1': M1.hex() if M1 else None}


def finish(lib, setting, request):
    user = held.pop(request['of'])
    user.verify_session(bytes.fromhex(request['M2']))
    return {'sessionKey': user.get_session_key().hex() if user.authenticated() else None}


def server(lib, setting, request):
    secret = bytes.fromhex(request['secret']) if 'secret' in request else None
    host = lib.Verifier(
        request['identity'], bytes.fromhex(request['salt']), bytes.fromhex(request['verifier']),
        bytes_b=secret, **algorithm(lib, setting))
    held[request['id']] = host
    return {'B': host.get_challenge()[1].hex()}


def check(lib, setting, request):
    host = held.pop(request['of'])
    M2 = host.verify_session(bytes.fromhex(request['M1']), bytes_A=bytes.fromhex(request['A']))
    if not host.authenticated():
        return {'M2': None}
    return {'M2': M2.hex(), 'sessionKey': host.get_session_key().hex()}


STEPS = {step.__name__: step for step in (verifier, client, answer, finish, server, check)}

for line in sys.stdin:
    request = json.loads(line)
    setting = request['setting']
    lib = BACKENDS[setting['backend']]
    lib.rfc5054_enable(setting['mode'] != 'default')
    lib.no_username_in_x(setting['mode'] == 'apple')
    print(json.dumps(STEPS[request['step']](lib, setting, request)), flush=True)
