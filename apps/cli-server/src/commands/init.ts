/**
 * `init` creates everything that a server needs, without starting it: the configuration file, the store and the certificate.
 * It never changes what exists, so a second run only reports what is there.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  addSettings,
  givenSettings,
  type Io,
  makeOwnFolder,
  note,
  openPrompts,
  replaceFile,
} from '@countersign/terminal';
import { openIdentity, pinOf } from '@countersign/tls-channel';
import type { Command } from 'commander';
import type { Leaf, On } from '../command.ts';
import { checkDataDir, openForServer, reachBackend } from '../open-store.ts';
import type { StartOptions } from '../serving/options.ts';
import { CONFIG_NAME, START_SETTINGS } from '../setting-table.ts';
import type { Settings } from '../settings.ts';
import { givenTlsFiles, makeTlsFiles, ownTlsFiles, readTlsFiles } from '../tls-files.ts';
import { configTemplate } from '../ui/config-template.ts';

/** Settings that do not belong in the file: where it is, and those for the first start only. */
const NOT_KEPT = ['data-dir', 'create'];

export const command: Leaf = {
  takes: (init) => addSettings(init, START_SETTINGS),
  run: init,
  examples: {
    'with the default settings': '',
    'for a service': '--data-dir /var/lib/countersign --host 0.0.0.0 --public login.example.org:8443',
  },
};

async function init(on: On, options: StartOptions, typed: Command): Promise<void> {
  const { io, settings } = on;
  const { dataDir, store } = settings;
  const tlsFiles = givenTlsFiles(options);
  if (tlsFiles) openIdentity(await readTlsFiles(tlsFiles, io.signal));
  await checkDataDir(settings);
  const isNewStore = await makeStore(io, settings);
  await makeOwnFolder(dataDir);

  const files = tlsFiles ?? ownTlsFiles(dataDir);
  const isNewCertificate = !existsSync(files.cert);
  if (isNewCertificate) await makeTlsFiles(dataDir, options.host);
  const pin = pinOf(openIdentity(await readTlsFiles(files, io.signal)).certificate);

  const config = settings.file?.path ?? join(dataDir, CONFIG_NAME);
  const isNewConfig = settings.file === undefined;
  if (isNewConfig) {
    const given = new Map(givenSettings([typed.parent ?? typed, typed]));
    for (const name of NOT_KEPT) given.delete(name);
    await replaceFile(config, configTemplate(given), 0o644);
  }

  const created = { store: isNewStore, certificate: isNewCertificate, config: isNewConfig };
  const marked = (text: string, isNew: boolean) => `${text} (${isNew ? 'created' : 'exists, unchanged'})`;
  await on.say({
    json: { event: 'initialised', dataDir, store: store.text, config, pin, created },
    fields: [
      ['Store', marked(store.text, isNewStore)],
      ['Certificate', marked(files.cert, isNewCertificate)],
      ['Settings', marked(config, isNewConfig)],
      ['Pin', pin],
    ],
    indent: 0,
    notes: ['', 'Next:', ...NEXT.map(([what, words]) => `  ${what}: ${on.call(...words)}`)],
  });
}

const NEXT = [
  ['to check the settings', ['config']],
  ['to start the server', ['start']],
  ['to invite the first user', ['invite', 'create', '--name', 'NAME']],
  ['to back up the store', ['store', 'backup', 'FILE']],
] as const;

/**
 * Creates the store if there is none.
 *
 * @returns whether it did
 */
async function makeStore(io: Io, settings: Settings): Promise<boolean> {
  const { backend, isEmpty } = await reachBackend(io, settings.store);
  const prompts = openPrompts(io);
  try {
    if (!isEmpty) {
      await prompts.done();
      return false;
    }
    if (io.isTerminal && settings.keyFile === undefined && settings.passphraseFile === undefined)
      note(io, 'You need the passphrase at every start, and it cannot be recovered. Keep it somewhere safe.');
    await openForServer(io, prompts, settings, { backend, isNew: true });
    return true;
  } finally {
    prompts.close();
    await backend.close();
  }
}
