/**
 * The groups of RFC 5054, Appendix A: safe primes N with a generator g of the whole multiplicative group.
 * Only groups from this list are used (RFC 5054 §3.2); no function accepts a prime from the peer.
 */
import { expectString } from './argument.ts';

/** The name of a group: the length of the prime in bits. */
export type GroupName = '2048' | '3072' | '4096' | '6144' | '8192';

/** Groups too small for new accounts; the name says so. */
export type MigrationGroupName = 'migration-1024' | 'migration-1536';

/** A safe prime `N` and a generator `g`. Every public value is padded to `bytes`. */
export interface Group {
  readonly name: GroupName | MigrationGroupName;
  readonly bits: number;
  readonly bytes: number;
  readonly N: bigint;
  readonly g: bigint;
}

/**
 * The primes of 3072 bits and more (RFC 3526) are 64 ones, bits of π, a word that makes each a safe prime, and 64
 * ones, so all begin like the largest one.
 */
const BEGINNING = [
  '0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd',
  'ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed',
  'ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f',
  '83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b',
  'e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510',
  '15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7',
  'abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c',
  'bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a92108011a723c12a787e6d7',
  '88719a10bdba5b2699c327186af4e23c1a946834b6150bda2583e9ca2ad44ce8dbbbc2db04de8ef92e8efc141fbecaa6',
  '287c59474e6bc05d99b2964fa090c3a2233ba186515be7ed1f612970cee2d7afb81bdd762170481cd0069127d5b05aa9',
  '93b4ea988d8fddc186ffb7dc90a6c08f4df435c93402849236c3fab4d27c7026c1d4dcb2602646dec9751e763dba37bd',
  'f8ff9406ad9e530ee5db382f413001aeb06a53ed9027d831179727b0865a8918da3edbebcf9b14ed44ce6cbaced4bb1b',
  'db7f1447e6cc254b332051512bd7af426fb8f401378cd2bf5983ca01c64b92ecf032ea15d1721d03f482d7ce6e74fef6',
  'd55e702f46980c82b5a84031900b1c9e59e7c97fbec7e8f323a97a7e36cc88be0f1d45b7ff585ac54bd407b22b4154aa',
  'cc8f6d7ebf48e1d814cc5ed20f8037e0a79715eef29be32806a1d58bb7c5da76f550aa3d8a1fbff0eb19ccb1a313d55c',
  'da56c9ec2ef29632387fe8d76e3c0468043e8f663f4860ee12bf2d5b0b7474d6e694f91e6dbe115974a3926f12fee5e4',
  '38777cb6a932df8cd8bec4d073b931ba3bc832b68d9dd300741fa7bf8afc47ed2576f6936ba424663aab639c5ae4f568',
  '3423b4742bf1c978238f16cbe39d652de3fdb8befc848ad922222e04a4037c0713eb57a81a23f0c73473fc646cea306b',
  '4bcbc8862f8385ddfa9d4b7fa2c087e879683303ed5bdd3a062b3cf5b3a278a66d2a13f83f44f82ddf310ee074ab6a36',
  '4597e899a0255dc164f31cc50846851df9ab48195ded7ea1b1d510bd7ee74d73faf36bc31ecfa268359046f4eb879f92',
  '4009438b481c6cd7889a002ed5ee382bc9190da6fc026e479558e4475677e9aa9e3050e2765694dfc81f56e880b96e71',
  '60c980dd',
].join('');

function rfc3526Group(name: GroupName, g: bigint, lastWord: string): Group {
  const digits = BEGINNING.slice(0, '0x'.length + Number(name) / 4 - 24);
  return makeGroup(name, g, `${digits}${lastWord}ffffffffffffffff`);
}

/** The groups for new accounts, smallest first. */
export const GROUPS: readonly Group[] = [
  makeGroup(
    '2048',
    2n,
    '0xac6bdb41324a9a9bf166de5e1389582faf72b6651987ee07fc3192943db56050a37329cbb4a099ed8193e0757767a13d' +
      'd52312ab4b03310dcd7f48a9da04fd50e8083969edb767b0cf6095179a163ab3661a05fbd5faaae82918a9962f0b93b8' +
      '55f97993ec975eeaa80d740adbf4ff747359d041d5c33ea71d281e446b14773bca97b43a23fb801676bd207a436c6481' +
      'f1d2b9078717461a5b9d32e688f87748544523b524b0d57d5ea77a2775d2ecfa032cfbdbf52fb3786160279004e57ae6' +
      'af874e7303ce53299ccc041c7bc308d82a5698f3a8d0c38271ae35f8e9dbfbb694b5c803d89f7ae435de236d525f5475' +
      '9b65e372fcd68ef20fa7111f9e4aff73',
  ),
  rfc3526Group('3072', 5n, 'a93ad2ca'),
  rfc3526Group('4096', 5n, '34063199'),
  rfc3526Group('6144', 5n, '6dcc4024'),
  rfc3526Group('8192', 19n, '98edd3df'),
];

const MIGRATION_GROUPS: readonly Group[] = [
  makeGroup(
    'migration-1024',
    2n,
    '0xeeaf0ab9adb38dd69c33f80afa8fc5e86072618775ff3c0b9ea2314c9c256576d674df7496ea81d3383b4813d692c6e0' +
      'e0d5d8e250b98be48e495c1d6089dad15dc7d7b46154d6b6ce8ef4ad69b15d4982559b297bcf1885c529f566660e57ec' +
      '68edbc3c05726cc02fd4cbf4976eaa9afd5138fe8376435b9fc61d2fc0eb06e3',
  ),
  makeGroup(
    'migration-1536',
    2n,
    '0x9def3cafb939277ab1f12a8617a47bbbdba51df499ac4c80beeea9614b19cc4d5f4f5f556e27cbde51c6a94be4607a29' +
      '1558903ba0d0f84380b655bb9a22e8dcdf028a7cec67f0d08134b1c8b97989149b609e0be3bab63d47548381dbc5b1fc' +
      '764e3f4b53dd9da1158bfd3e2b9c8cf56edf019539349627db2fd53d24b7c48665772e437d6c7f8ce442734af7ccb7ae' +
      '837c264ae3a9beb87f8a2fe9b8b5292e5a021fff5e91479e8ce7a28c2442c6f315180f93499a234dcf76e3fed135f9bb',
  ),
];

function makeGroup(name: Group['name'], g: bigint, hex: string): Group {
  const bits = (hex.length - 2) * 4;
  return Object.freeze({ name, bits, bytes: bits / 8, N: BigInt(hex), g });
}

/** Returns the group with this name, or `undefined`. */
export function findGroup(name: string): Group | undefined {
  expectString('name', name);
  return GROUPS.find((group) => group.name === name);
}

/**
 * Returns a group of 1024 or 1536 bits, for test vectors and for verifiers that are still to be migrated.
 * Attackers who invest in precomputation can break both. Only the dialects accept these groups.
 */
export function findMigrationGroup(name: string): Group | undefined {
  expectString('name', name);
  return MIGRATION_GROUPS.find((group) => group.name === name);
}

/** Accepts only values returned by `findGroup`. */
export function expectGroup(group: unknown): Group {
  const known = GROUPS.find((candidate) => candidate === group);
  if (!known) throw new TypeError('"group" expected a group from findGroup');
  return known;
}

/** Accepts only values returned by `findGroup` or `findMigrationGroup`. */
export function expectAnyGroup(group: unknown): Group {
  const known = [...GROUPS, ...MIGRATION_GROUPS].find((candidate) => candidate === group);
  if (!known) throw new TypeError('"group" expected a group from findGroup or findMigrationGroup');
  return known;
}
