"""Complete exchanges of python3-srp, one per line of input ("2048" or "4096"); prints the processor time
of each, in milliseconds.

Client and server halves of one login, with SHA-256 and its default settings; the account is created in advance.
"""
import sys
import time

import srp._ctsrp as srp

GROUPS = {'2048': srp.NG_2048, '4096': srp.NG_4096}
accounts = {}

for line in sys.stdin:
    group = {'hash_alg': srp.SHA256, 'ng_type': GROUPS[line.strip()]}
    if line not in accounts:
        accounts[line] = srp.create_salted_verification_key('alice', 'correct horse', salt_len=16, **group)
    salt, verifier = accounts[line]
    started = time.process_time()
    client = srp.User('alice', 'correct horse', **group)
    _, A = client.start_authentication()
    server = srp.Verifier('alice', salt, verifier, A, **group)
    s, B = server.get_challenge()
    M1 = client.process_challenge(s, B)
    M2 = server.verify_session(M1)
    client.verify_session(M2)
    taken = time.process_time() - started
    assert client.authenticated() and server.authenticated()
    print(taken * 1000, flush=True)
