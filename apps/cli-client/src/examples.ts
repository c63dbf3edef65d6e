/** Two examples for each command, at the end of its help and in the manual page. A test runs them through the command line. */
import type { Examples } from '@countersign/terminal';

export const EXAMPLES: Examples = {
  '': [
    ['a menu', ''],
    ['log in', 'login alice --server login.example.org:8443'],
  ],
  register: [
    ['with an invitation that is pasted', 'register --invite-file -'],
    ['at a server with open registration', 'register alice --server login.example.org:8443'],
  ],
  login: [
    ['ask for everything', 'login'],
    ['for a script', 'login alice --password-file password --code 123456 --json'],
  ],
  password: [
    ['ask for everything', 'password'],
    ['with the code of a reset', 'password --reset'],
  ],
  'totp replace': [
    ['the QR code in the terminal', 'totp replace'],
    ['the QR code in a file', 'totp replace --qr png:code.png'],
  ],
  'recovery-codes': [
    ['ten new codes', 'recovery-codes'],
    ['for a script', 'recovery-codes --json'],
  ],
  'account show': [
    ['what the server stores', 'account show'],
    ['for a script', 'account show --json'],
  ],
  'account remove': [
    ['after typing the name again', 'account remove'],
    ['at another server', 'account remove --server login.example.org:8443'],
  ],
  'servers list': [
    ['servers with their pins', 'servers list'],
    ['for a script', 'servers list --json'],
  ],
  'servers forget': [
    ['a server that has a new key', 'servers forget login.example.org:8443'],
    ['for a script', 'servers forget login.example.org:8443 --json'],
  ],
  ssh: [
    ['a certificate in the agent', 'ssh'],
    ['connect, and log in only if no certificate is valid', 'ssh --if-needed -- ssh web1'],
  ],
  'ssh status': [
    ['certificates in the agent', 'ssh status'],
    ['for a script', 'ssh status --json'],
  ],
  token: [
    ['a token for a service', 'token https://wiki.example.org'],
    ['for a script', 'token https://wiki.example.org --json'],
  ],
  logout: [
    ['from the default server', 'logout'],
    ['from another server', 'logout --server login.example.org:8443'],
  ],
  version: [
    ['the version', 'version'],
    ['the same', '--version'],
  ],
  completion: [
    ['in bash, for this session', 'completion bash'],
    ['in fish', 'completion fish > ~/.config/fish/completions/countersign.fish'],
  ],
};
