/**
 * When a session ends: at the end of the connection, of the enrolment or invitation in its phase, or of the step,
 * whichever comes first. The first two are fixed when they begin, and no message extends them.
 */
import type { Phase } from './phase.ts';
import { type Services, secondsNow } from './services.ts';

/** Seconds for the next message. */
const STEP = 30;
const CODE = 5 * 60;
const IDLE = 5 * 60;

/** Milliseconds from the beginning of the connection, and from the login. */
const BEFORE_LOGIN = 15 * 60 * 1000;
const AFTER_LOGIN = 8 * 60 * 60 * 1000;

export class Deadlines {
  readonly #services: Services;
  #connectionEnds: number;

  constructor(services: Services) {
    this.#services = services;
    this.#connectionEnds = services.uptime() + BEFORE_LOGIN;
  }

  /** From now on the limit for connections that are logged in applies. */
  loggedIn(): void {
    this.#connectionEnds = this.#services.uptime() + AFTER_LOGIN;
  }

  /** Returns the end of the connection in Unix seconds. */
  connectionEnd(): number {
    const left = (this.#connectionEnds - this.#services.uptime()) / 1000;
    return Math.floor(this.#services.clock() / 1000 + left);
  }

  /** Returns the seconds that a client has for the next message in this phase; 0 when the time is over. */
  patience(phase: Phase): number {
    const expiry = expiryOf(phase);
    const left = expiry === undefined ? Number.POSITIVE_INFINITY : expiry - secondsNow(this.#services);
    const step = Math.min(stepOf(phase), left);
    return Math.max(0, Math.min(step, (this.#connectionEnds - this.#services.uptime()) / 1000));
  }

  /** Returns whether a message of this phase arrives too late, however fast it followed the one before. */
  areOver(phase: Phase): boolean {
    const expiry = expiryOf(phase);
    if (expiry !== undefined && secondsNow(this.#services) >= expiry) return true;
    return this.#services.uptime() >= this.#connectionEnds;
  }
}

/** The first code of a new secret can take as long as its enrolment lasts. */
function stepOf(phase: Phase): number {
  if ('enrolment' in phase && phase.enrolment) return Number.POSITIVE_INFINITY;
  const isAtCode = phase.at === 'proven' || (phase.at === 'invited' && 'standing' in phase);
  return isAtCode ? CODE : phase.at === 'authenticated' ? IDLE : STEP;
}

/**
 * Returns the end of the phase's enrolment or invitation in Unix seconds. An enrolment ends no later than its
 * invitation. An invitation that is not proven yet has no end here, which would show that it exists.
 */
function expiryOf(phase: Phase): number | undefined {
  if (phase.at === 'invited') return phase.invitation.value.expires;
  return 'enrolment' in phase ? phase.enrolment?.expiresAt : undefined;
}
