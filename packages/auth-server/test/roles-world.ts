/** A server whose accounts have roles, for the tests of what is issued to them. */
import { Administration } from '../src/accounts/administration.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import {
  accountOf,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  type Peer,
  register,
  type User,
  type World,
} from './world.ts';

export interface RolesWorld {
  readonly world: World;
  readonly admin: Administration;
}

/** A world, which `ssh-world.ts` and `token-world.ts` complete. `shared`: what their administrations need */
export async function makeRolesWorld(options: Parameters<typeof makeWorld>[0]) {
  const world = await makeWorld(options);
  const { store, services } = world;
  const { randomBytes, journal } = services;
  const shared = { store, journal, clock: () => world.now * 1000 };
  return { world, admin: new Administration({ ...shared, limits: DEFAULT_LIMITS, randomBytes }), shared };
}

/** A user with roles, logged in. */
export async function loggedIn(
  { world, admin }: RolesWorld,
  username: string,
  ...roles: readonly string[]
): Promise<{ user: User; peer: Peer }> {
  const user = await register(world, username);
  if (roles.length > 0) await admin.changeRoles(username, { add: roles });
  return { user, peer: (await login(world, user)).peer };
}

/** What an owner or an administrator does to an account. The first of its roles can be lost. */
export async function change({ world, admin }: RolesWorld, what: string, user: User): Promise<void> {
  switch (what) {
    case 'a new password': {
      const { peer } = await login(world, user);
      const factor = nextFactor(world, user);
      const credential = credentialOf(user.username, 'another password');
      await peer.expect('password.changed', { type: 'password.change', ...credential, factor });
      break;
    }
    case 'a lost role':
      await admin.changeRoles(user.username, {
        remove: (await accountOf(world, user.username)).roles.slice(0, 1),
      });
      break;
    case 'disabling':
      await admin.disable(user.username);
      break;
    case 'removal':
      await admin.remove(await admin.find(user.username));
      break;
    case 'a reset':
      await admin.resetTotp(await admin.find(user.username));
      break;
    default:
      throw new Error(what);
  }
}
