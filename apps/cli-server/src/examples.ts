/** Two examples for each command, at the end of its help and in the manual page. A test runs them through the command line. */
import type { Examples } from '@countersign/terminal';

export const EXAMPLES: Examples = {
  '': [
    ['create everything that a server needs', 'init --public login.example.org:8443'],
    ['start the server', 'start'],
  ],
  start: [
    ['for users on this machine only', 'start'],
    ['for users elsewhere', 'start --host 0.0.0.0 --public login.example.org:8443'],
  ],
  init: [
    ['with the default settings', 'init'],
    ['for a service', 'init --data-dir /var/lib/countersign --host 0.0.0.0 --public login.example.org:8443'],
  ],
  status: [
    ['the server of the usual data directory', 'status'],
    ['for a script: exit code 3 if none runs', 'status --json --data-dir /var/lib/countersign'],
  ],
  'user list': [
    ['a table', 'user list'],
    ['for a script', 'user list --json'],
  ],
  'user show': [
    ['everything about one account', 'user show alice'],
    ['for a script', 'user show alice --json'],
  ],
  'user unlock': [
    ['after too many wrong codes', 'user unlock alice'],
    ['with the passphrase from a file', 'user unlock alice --passphrase-file /etc/countersign/passphrase'],
  ],
  'user disable': [
    ['refuse logins until the account is enabled again', 'user disable alice'],
    ['for a script', 'user disable alice --json'],
  ],
  'user enable': [
    ['allow logins again', 'user enable alice'],
    ['for a script', 'user enable alice --json'],
  ],
  'user roles': [
    ['show the roles', 'user roles alice'],
    ['add one and remove another', 'user roles alice +staff -guest'],
  ],
  'user sessions': [
    ['devices and certificates of an account', 'user sessions alice'],
    ['for a script', 'user sessions alice --json'],
  ],
  'user end-sessions': [
    ['log an account out everywhere', 'user end-sessions alice'],
    ['for a script', 'user end-sessions alice --json'],
  ],
  'user rename': [
    ['after a confirmation', 'user rename alice alice.smith'],
    ['without a confirmation', 'user rename alice alice.smith --yes'],
  ],
  'user reset-password': [
    ['print a one-time code for the user', 'user reset-password alice'],
    ['without a confirmation', 'user reset-password alice --yes'],
  ],
  'user remove': [
    ['after typing the name again', 'user remove alice'],
    ['without a confirmation', 'user remove alice --yes'],
  ],
  'user reset-totp': [
    ['for a user who has lost the phone', 'user reset-totp alice'],
    ['without a confirmation', 'user reset-totp alice --yes'],
  ],
  'invite create': [
    ['for one name', 'invite create --name alice'],
    ['with a role, for two days', 'invite create --name bob --roles staff --valid-for 2d'],
  ],
  'invite list': [
    ['a table', 'invite list'],
    ['for a script', 'invite list --json'],
  ],
  'invite revoke': [
    ['the number is from invite list', 'invite revoke 7H2K'],
    ['without a confirmation', 'invite revoke 7H2K --yes'],
  ],
  'ssh ca': [
    ['the keys that hosts trust', 'ssh ca'],
    ['with the state of each', 'ssh ca --json'],
  ],
  'ssh role add': [
    ['a role that can log in', 'ssh role add deploy'],
    ['with certificates for one hour', 'ssh role add deploy --hours 1'],
  ],
  'ssh role list': [
    ['a table', 'ssh role list'],
    ['for a script', 'ssh role list --json'],
  ],
  'ssh role remove': [
    ['stop issuing certificates for a role', 'ssh role remove deploy'],
    ['for a script', 'ssh role remove deploy --json'],
  ],
  'ssh setup': [
    ['a script for hosts', 'ssh setup'],
    ['with a timer that fetches the list', 'ssh setup --krl-url https://login.example.org/krl'],
  ],
  'ssh krl': [
    ['write the list to a file', 'ssh krl --out /srv/www/krl'],
    ['to standard output', 'ssh krl --out -'],
  ],
  'ssh list': [
    ['a table', 'ssh list'],
    ['for a script', 'ssh list --json'],
  ],
  'ssh revoke': [
    ['one certificate', 'ssh revoke 4611686018427387904'],
    ['all of an account', 'ssh revoke --user alice'],
  ],
  'ssh rotate': [
    ['publish the next authority', 'ssh rotate prepare'],
    ['sign with it, when all hosts trust it', 'ssh rotate switch'],
  ],
  'ssh resume': [
    ['after a restore', 'ssh resume'],
    ['for a script', 'ssh resume --json'],
  ],
  'service add': [
    ['for every account', 'service add wiki --audience https://wiki.example.org'],
    ['for accounts with a role', 'service add graphs --audience https://graphs.example.org --role staff'],
  ],
  'service list': [
    ['a table', 'service list'],
    ['for a script', 'service list --json'],
  ],
  'service remove': [
    ['stop issuing tokens for a service', 'service remove wiki'],
    ['for a script', 'service remove wiki --json'],
  ],
  'service resume': [
    ['after a restore', 'service resume'],
    ['for a script', 'service resume --json'],
  ],
  'service new-keys': [
    ['after a break-in', 'service new-keys'],
    ['without a confirmation', 'service new-keys --yes'],
  ],
  jwks: [
    ['write the keys to a file', 'jwks --out /srv/www/jwks.json'],
    ['with the passphrase from a file', 'jwks --out jwks.json --passphrase-file /etc/countersign/passphrase'],
  ],
  'passphrase change': [
    ['enter the old and the new passphrase', 'passphrase change'],
    ['for slot number 2', 'passphrase change --slot 2'],
  ],
  'slot list': [
    ['what unlocks the store', 'slot list'],
    ['for a script', 'slot list --json'],
  ],
  'slot add': [
    ['another passphrase', 'slot add --label "second administrator"'],
    ['a key file, for a service', 'slot add --label service --new-key-file /etc/countersign/key'],
  ],
  'slot remove': [
    ['the number is from slot list', 'slot remove 2'],
    ['without a confirmation', 'slot remove 2 --yes'],
  ],
  'keys status': [
    ['the age of the keys', 'keys status'],
    ['for a script', 'keys status --json'],
  ],
  'keys rotate': [
    ['a new data key', 'keys rotate'],
    ['a new root key as well', 'keys rotate --root'],
  ],
  'store check': [
    ['read every record', 'store check'],
    ['also remove what an interrupted command left behind', 'store check --remove-leftovers'],
  ],
  'store verify': [
    ['check a backup without restoring it', 'store verify /backup/countersign'],
    ['for a script', 'store verify /backup/countersign --json'],
  ],
  'store backup': [
    ["with the server's key", 'store backup /backup/countersign-monday --with-identity'],
    ['from cron', 'store backup /backup/countersign-monday --passphrase-file /etc/countersign/passphrase'],
  ],
  'store restore': [
    ['into a new data directory', 'store restore /backup/countersign-monday --data-dir /srv/restored'],
    ['over the existing store', 'store restore /backup/countersign-monday --replace'],
  ],
  'store copy': [
    ['to PostgreSQL', 'store copy postgres://countersign@db.example.org/countersign'],
    ['and switch to it permanently', 'store copy postgres://countersign@db.example.org/countersign --move'],
  ],
  'audit show': [
    ['the latest events', 'audit show'],
    ['events of one account in the last day', 'audit show --user alice --since 1d'],
  ],
  'audit export': [
    ['all events', 'audit export'],
    ['events of the last week', 'audit export --since 7d'],
  ],
  'audit verify': [
    ['check hashes and versions', 'audit verify'],
    ['also save the latest event', 'audit verify --save-head /backup/head.json'],
  ],
  'cert show': [
    ['names, dates and pin', 'cert show'],
    ['for a script', 'cert show --json'],
  ],
  'cert renew': [
    ['for another ten years', 'cert renew'],
    ['with a host name', 'cert renew --name login.example.org --name localhost'],
  ],
  'import legacy': [
    ['only report what would happen', 'import legacy users.csv --dry-run'],
    ['with another name for one user', 'import legacy users.csv --rename "Bob B=bob"'],
  ],
  'import users': [
    ['only report what would happen', 'import users users.jsonl --dry-run'],
    ['without a confirmation', 'import users users.jsonl --yes'],
  ],
  limits: [
    ['write all limits to a file', 'limits > limits.json'],
    ['check a file', 'limits limits.json'],
  ],
  config: [
    ['show the settings in force', 'config'],
    ['show the settings with another file', 'config --config /etc/countersign/config.toml'],
  ],
  doctor: [
    ['check everything', 'doctor'],
    ['also check the list of revoked certificates', 'doctor --krl /srv/www/krl'],
  ],
  version: [
    ['the version', 'version'],
    ['the same', '--version'],
  ],
  completion: [
    ['in bash, for this session', 'completion bash'],
    ['in fish', 'completion fish > ~/.config/fish/completions/countersign-server.fish'],
  ],
};
