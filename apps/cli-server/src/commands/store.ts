/** `store …`: the store as a whole. */
import { withJson } from '@countersign/terminal';
import { YES } from '../arguments.ts';
import { type Group, inStore } from '../command.ts';
import { backUp } from './store/backup.ts';
import { checkStore } from './store/check.ts';
import { copy } from './store/copy.ts';
import { restore } from './store/restore.ts';
import { verify } from './store/verify.ts';

const REPLACE = ['--replace', 'overwrite an existing store'] as const;

export const commands: Group = {
  check: {
    about: 'read every record, and report damage',
    takes: (command) =>
      command.option('--remove-leftovers', 'delete the remains of an interrupted restore or copy'),
    run: inStore(checkStore, { walkAll: true }),
    examples: {
      'read every record': '',
      'also remove what an interrupted command left behind': '--remove-leftovers',
    },
  },
  'backup <file>': {
    about: 'write the whole store to an encrypted file, or to standard output with -, while servers run',
    takes: (command) => command.option('--with-identity', "include the server's key and certificate"),
    run: backUp,
    examples: {
      "with the server's key": '/backup/countersign-monday --with-identity',
      'from cron': '/backup/countersign-monday --passphrase-file /etc/countersign/passphrase',
    },
  },
  'verify <file>': {
    about: 'check that a backup can be restored, and restore nothing',
    run: verify,
    examples: withJson('check a backup without restoring it', '/backup/countersign'),
  },
  'restore <file>': {
    about: 'restore a backup to the place of --store; earlier codes and invitations become invalid',
    takes: (command) => command.option(...REPLACE).option(...YES),
    run: restore,
    examples: {
      'into a new data directory': '/backup/countersign-monday --data-dir /srv/restored',
      'over the existing store': '/backup/countersign-monday --replace',
    },
  },
  'copy <place>': {
    about: 'copy the store to another place, lmdb:DIR or postgres://USER@HOST/DATABASE, while servers run',
    takes: (command) =>
      command
        .option('--move', 'stop all use of the old place, so that no later change is lost')
        .option(...REPLACE)
        .option(...YES),
    run: copy,
    examples: {
      'to PostgreSQL': 'postgres://countersign@db.example.org/countersign',
      'and switch to it permanently': 'postgres://countersign@db.example.org/countersign --move',
    },
  },
};
