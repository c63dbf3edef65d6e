/**
 * The SSH certificates of one server in the user's agent:
 *
 * 1. `list`, `find`: those that the agent holds; one can make a login unnecessary
 * 2. `prepare`, before the login: a new key, and a trial, so that an agent that is locked or takes no certificates is noticed
 * 3. `keep`, after it: key and certificate into the agent, older ones of the account out of it, the certificate into a file
 * 4. `remove`, at a logout or when they are revoked
 */
import { dirname } from 'node:path';
import { makeFolder } from '@countersign/own-files';
import {
  type AgentAddition,
  type AgentIdentity,
  type Certificate,
  decodeCertificate,
  type PublicKey,
  parseKeyId,
  SshError,
} from '@countersign/ssh-core';
import { ClientError } from '../errors.ts';
import { canonical } from '../known/account-name.ts';
import { SshAgent, type SshAgentOptions } from './agent.ts';
import {
  certificatePath,
  checkWritable,
  coded,
  readCertificate,
  writeCertificate,
} from './certificate-file.ts';
import { generateKey, type NewKey } from './key.ts';

/** The longest time that a server can issue a certificate for, in seconds. */
const LONGEST = 31_536_000;
/** Short, since the agent may not remove the trial when it is told to. */
const TRIAL_SECONDS = 5;

/** Where the certificates of a server are. `socket` and `signal` are those of the agent. */
export interface CertificatePlace extends SshAgentOptions {
  /** As `formatServer` writes it. */
  readonly server: string;
  /** The folder of the file. It is made (0700) with the first certificate. */
  readonly dir: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/**
 * The certificates of one server. Methods reject with `ClientError`s: those of `SshAgent`, `agent_refused` if the agent does
 * not take a certificate, `unreadable_file` and `unwritable_file`.
 */
export class HeldCertificates {
  /** The certificate that was kept last, for `IdentityFile`. */
  readonly file: string;
  readonly #agent: SshAgent;
  readonly #clock: () => number;
  #last: Promise<Certificate | undefined> | undefined;
  #key: NewKey | undefined;

  constructor(place: CertificatePlace) {
    this.file = certificatePath(place.dir, place.server);
    this.#agent = new SshAgent(place);
    this.#clock = place.clock;
  }

  /** Returns the certificate in the file, as it was first read, or the one kept since. */
  last(): Promise<Certificate | undefined> {
    this.#last ??= readCertificate(this.file);
    return this.#last;
  }

  /** Returns the certificates that the agent holds, those that are valid longest first; none if the authority is unknown. */
  async list(): Promise<Certificate[]> {
    return certificatesIn(await this.#agent.list(), [await this.last()]);
  }

  /**
   * Returns a certificate that makes a login unnecessary, and writes it to the file.
   * @param wanted `username`, if one is named; `roles` that it must have; `seconds` that it must still be valid
   */
  async find(wanted: {
    readonly username: string | undefined;
    readonly roles: readonly string[];
    readonly seconds: number;
  }): Promise<Certificate | undefined> {
    const username = canonical(wanted.username);
    // It is valid already by the clocks of the hosts, which are set.
    const found = (await this.list()).find(
      (each) =>
        this.#now() + wanted.seconds < each.validBefore &&
        (username === undefined || parseKeyId(each.keyId)?.username === username) &&
        wanted.roles.every((role) => each.principals.includes(role)),
    );
    const last = await this.last();
    // Another account may have been the last one.
    if (found && last && !isSame(last, found)) await writeCertificate(this.file, found);
    return found;
  }

  /** Makes the key to be certified, and checks that agent and file take what is issued for it. */
  async prepare(): Promise<PublicKey> {
    await this.list();
    this.#key?.seed.fill(0);
    this.#key = generateKey();
    await this.#try(this.#key);
    await coded(this.file, () => makeFolder(dirname(this.file)));
    await checkWritable(this.file);
    return this.#key.publicKey;
  }

  /**
   * Keeps a certificate for the prepared key, for as long as it is valid.
   * @param comment what `ssh-add -l` shows, at most 1,024 bytes without control characters
   * @returns the older certificates of the account that the agent did not remove
   * @throws {ClientError} clock if it has expired by the clock of this computer
   */
  async keep(certificate: Certificate, comment: string): Promise<readonly Certificate[]> {
    if (!this.#key) throw new TypeError('keep() expected prepare() before it');
    const { seed } = this.#key;
    const { validAfter, validBefore } = certificate;
    const left = Math.floor(validBefore - this.#now());
    if (left < 1)
      throw new ClientError('clock', 'the certificate has expired already by the clock of this computer');
    const lifetime = Math.min(left, validBefore - validAfter, LONGEST);
    const identities = await this.#add({ identity: certificate, seed, comment, lifetime });
    const stuck: Certificate[] = [];
    // The last one may be of an earlier authority.
    for (const each of certificatesIn(identities, [certificate, await this.last()]))
      if (!isSame(each, certificate) && uidOf(each) === uidOf(certificate))
        if (!(await this.#agent.remove(each))) stuck.push(each);
    await writeCertificate(this.file, certificate);
    this.#last = Promise.resolve(certificate);
    return stuck;
  }

  /**
   * Removes the certificates from the agent.
   * @param username only those of this account
   * @returns how many there were, and how many the agent still has
   */
  async remove(username?: string): Promise<{ readonly found: number; readonly left: number }> {
    if (!(await this.last())) return { found: 0, left: 0 };
    const held = async () =>
      (await this.list()).filter(
        ({ keyId }) => username === undefined || parseKeyId(keyId)?.username === username,
      );
    const found = await held();
    for (const certificate of found) await this.#agent.remove(certificate);
    return { found: found.length, left: (await held()).length };
  }

  /** Whether the agent may be locked and hold a valid certificate: a locked agent lists nothing, like an empty one. */
  async mayBeLocked(): Promise<boolean> {
    const last = await this.last();
    if (!last || last.validBefore <= this.#now() || (await this.#agent.list()).length > 0) return false;
    const key = generateKey();
    try {
      await this.#try(key);
      return false;
    } catch (error) {
      if (error instanceof ClientError && error.code === 'agent_refused') return true;
      throw error;
    } finally {
      key.seed.fill(0);
    }
  }

  /** Ends the connection to the agent, and wipes the key. */
  close(): void {
    this.#key?.seed.fill(0);
    this.#agent.close();
  }

  /**
   * Adds a certificate for a key that no host accepts, for some seconds, and removes it: a locked agent lists nothing and
   * adds nothing, some agents take no certificates or no lifetimes, and some say that they have added what they do not
   * list.
   */
  async #try({ seed, certifyItself }: NewKey): Promise<void> {
    const identity = await certifyItself(Math.floor(this.#now()));
    await this.#add({ identity, seed, comment: 'countersign: a trial', lifetime: TRIAL_SECONDS });
    await this.#agent.remove(identity);
  }

  /**
   * Adds to the agent what it must list then.
   *
   * @returns its list
   */
  async #add(addition: AgentAddition): Promise<readonly AgentIdentity[]> {
    const isAdded = await this.#agent.add(addition);
    const identities = isAdded ? await this.#agent.list() : [];
    if (identities.some((each) => isSame(each, addition.identity))) return identities;
    throw new ClientError('agent_refused', 'the SSH agent (SSH_AUTH_SOCK) did not take a certificate');
  }

  #now(): number {
    return this.#clock() / 1000;
  }
}

/** Returns the certificates by the authority of one of `others`, those that are valid longest first. */
function certificatesIn(
  identities: readonly AgentIdentity[],
  others: readonly (Certificate | undefined)[],
): Certificate[] {
  return identities
    .flatMap(({ blob }) => certificateIn(blob) ?? [])
    .filter(({ authority }) => others.some((other) => other && isSame(other.authority, authority)))
    .sort((a, b) => b.validBefore - a.validBefore);
}

/** @returns `undefined` for a key, or a certificate that is not read here */
function certificateIn(blob: Uint8Array): Certificate | undefined {
  try {
    return decodeCertificate(blob);
  } catch (error) {
    if (error instanceof SshError) return undefined;
    throw error;
  }
}

function isSame(a: { readonly blob: Uint8Array }, b: { readonly blob: Uint8Array }): boolean {
  return Buffer.compare(a.blob, b.blob) === 0;
}

function uidOf({ keyId }: Certificate): string | undefined {
  return parseKeyId(keyId)?.uid;
}
