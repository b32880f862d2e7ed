/**
 * No table and no query can forget the epoch of what it holds (ADR 0012): a table of a later feature either has the column or
 * its contract says why not (`nothingToTrust`). A statement that does not ask for it says here why.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import { contracts } from '../support/contracts.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const ROOT = join(import.meta.dir, '../..')

/** Tables with a `user_id` that hold no way in, no factor, no proof and no session. */
const NOTHING_TO_TRUST: Record<string, string> = Object.assign(
  { events: 'the past' },
  ...[...contracts.values()].map(({ nothingToTrust }) => nothingToTrust),
)

/** The tables, as the code calls them. */
const VARIABLES: Record<string, string> = {
  sessions: 'sessions',
  api_keys: 'apiKeys',
  passkeys: 'passkeys',
  identities: 'identities',
  totp_secrets: 'totpSecrets',
  recovery_codes: 'recoveryCodes',
  remembered_devices: 'rememberedDevices',
  mfa_challenges: 'mfaChallenges',
  one_time_tokens: 'oneTimeTokens',
  grants: 'grants',
  token_families: 'tokenFamilies',
  device_codes: 'deviceCodes',
}

/** Statements that read or change such rows of every epoch, and why they give no access. */
const WHATEVER_THE_EPOCH: Record<string, string> = {
  'api-keys/export-queries.ts apiKeyRows': 'hands over what is held',
  'api-keys/principal-queries.ts setLastUsed': 'a heartbeat',
  'api-keys/principal-queries.ts userOfHash': 'of a principal whose statement asks in the same batch',
  'api-keys/principal-queries.ts userOfId': 'of a principal whose statement asks in the same batch',
  'api-keys/queries.ts deleteEndedKeys': 'only takes away',
  'api-keys/queries.ts endKeyAt': 'only takes away',
  'api-keys/queries.ts hasRoom': 'counts the keys that an owner has',
  'api-keys/queries.ts orgOfKey': 'names whose it is, for an event',
  'api-keys/queries.ts revokeFoundKey': 'only takes away',
  'api-keys/queries.ts successorOf': 'asks whether a key was replaced',
  'api-keys/queries.ts userOfKey': 'names whose it is, for an event',
  'device/queries.ts approveDevice': 'of a device that nobody has decided about, after the consent of a living session',
  'device/queries.ts deleteExpiredDeviceCodes': 'only takes away',
  'device/queries.ts denyDevice': 'only takes away',
  'device/queries.ts insertDeviceCode (INSERT)': 'is of no account until a person allows it',
  'device/queries.ts waits': 'asks whether nobody has decided about it, so it is of no account',
  'grants/export-queries.ts grantRows': 'hands over what is held',
  'grants/family-queries.ts endFamilyOfOrigin': 'only takes away',
  'grants/family-queries.ts insertFamily': 'asks whether a code was redeemed, however old its family is',
  'grants/family-queries.ts insertFirstFamilyToken': 'of a family inserted in the same batch',
  'grants/list-queries.ts lastUsedAt': 'of a grant whose statement asks',
  'grants/principal-queries.ts sessionEnds': 'of a family whose statement asks for its session too',
  'grants/principal-queries.ts userOfFamily': 'of a principal whose statement asks in the same batch',
  'grants/queries.ts deleteEndedGrants': 'only takes away',
  'grants/queries.ts endFamiliesOf': 'only takes away',
  'grants/queries.ts endGrantOf': 'only takes away',
  'grants/queries.ts livingGrantId': 'names what `upsertGrant` returns, for an event',
  'grants/refresh-queries.ts aboutFamilyOf': 'names whose it is, for an event',
  'grants/refresh-queries.ts endReusedFamily': 'only takes away',
  'grants/refresh-queries.ts noteFamilyUse': 'after the event of a rotation, which asks',
  'grants/token-queries.ts aboutFamily': 'names whose it is, for an event',
  'grants/token-queries.ts describedByFamily': 'of a principal whose statement has asked',
  'grants/token-queries.ts endFamilyOfToken': 'only takes away',
  'grants/token-queries.ts expiredBefore': 'only takes away',
  'logout/queries.ts knownToClient': 'asks by which name a client knows the session of the request',
  'proofs/mail-budget-queries.ts withinBudget': 'counts the mails that were sent',
  'proofs/mail-budget-queries.ts withinBudgetOfAccount': 'counts the mails that one account had sent',
  'proofs/queries.ts countWrongGuess': 'counts against every proof that the guess may be for',
  'proofs/queries.ts ownerByKey': 'names whose a proof was, once `consumeProofByKey` has taken it',
  'proofs/queries.ts ownerOfProof': 'of a proof inserted in the same batch',
  'proofs/queries.ts passwordOfProof': 'of a proof that `consumeProof` has taken in the same batch',
  'proofs/queries.ts voidOlderCodes': 'only takes away',
  'proofs/queries.ts voidProofs': 'only takes away',
  'bulk-actions/queries.ts needsAct': 'counts sessions that are still to be ended',
  'identities/queries.ts named': 'the UNIQUE index knows no epochs either; what is dead is deleted',
  'identities/export-queries.ts identityRows': 'hands over what is held',
  'mfa/export-queries.ts authenticatorAppRows': 'hands over what is held',
  'mfa/export-queries.ts recoveryCodeRows': 'hands over what is held',
  'mfa/export-queries.ts rememberedDeviceRows': 'hands over what is held',
  'passkeys/export-queries.ts passkeyRows': 'hands over what is held',
  'proofs/export-queries.ts linkAndCodeRows': 'hands over what is held',
  'roles/holder-queries.ts takeFromKeys': 'only takes away',
  'sessions/export-queries.ts sessionRows': 'hands over what is held',
  'members/queries.ts endWhatMembershipGave': 'only takes away',
  'mfa/challenge-queries.ts amrOfChallenge': 'of a challenge that `useChallenge` has taken in the same batch',
  'mfa/challenge-queries.ts countWrongAnswer': 'only takes away',
  'mfa/challenge-queries.ts notOpened': 'of a session opened in the same batch, or not',
  'mfa/challenge-queries.ts rememberDevice': 'of a session opened in the same batch',
  'mfa/challenge-queries.ts voidChallenges': 'only takes away',
  'mfa/own-queries.ts addAmr': 'after an event that its session lived for',
  'mfa/sign-in-queries.ts noteRememberedDeviceUse': 'after the event that let it through',
  'mfa/totp-queries.ts resealSeed': 'encrypts what is there anew',
  'mfa/totp-queries.ts seedsUnderKey': 'encrypts what is there anew',
  'proofs/queries.ts deleteExpiredProofs': 'only takes away',
  'sessions/known-device-queries.ts isUnfamiliar': 'of a session opened in the same batch',
  'sessions/known-device-queries.ts noteKnownDevice': 'of a session opened in the same batch',
  'sessions/impersonator-queries.ts actorOfSession': 'names who uses it, for an event',
  'sessions/queries.ts endOwnSession': 'asks by `living` of list-queries.ts',
  'sessions/queries.ts endSessionByCookie': 'only takes away',
  'sessions/queries.ts endSessionsOfUser': 'only takes away',
  'sessions/queries.ts expiredBefore': 'only takes away',
  'sessions/queries.ts insertFirstToken': 'of a session opened in the same batch',
  'sessions/queries.ts ownerOfSession': 'names whose it is, for an event',
  'sessions/queries.ts setLastSeen': 'a heartbeat',
  'refresh/queries.ts endReusedFamily': 'only takes away',
  'refresh/queries.ts noteRefresh': 'after the event of a rotation, which asks',
  'sessions/queries.ts userOfCookie': 'names the user whose organisations are read ahead; it gives no access',
  'sessions/queries.ts userOfSession': 'names the user whose organisations are read ahead; it gives no access',
  'token/device-queries.ts deviceCode': 'is asked again by `deviceCodeAllows` in the batch that opens the family',
  'token/device-queries.ts notePoll': 'of a device that nobody has decided about',
  'users/anonymous-queries.ts unused': 'keeps an account for what it holds, however old',
  'users/rekey-queries.ts setKeysOfProofs': 'moves a proof to the new key of the same address, and makes none count',
  'users/trust-queries.ts buryUntrusted': 'takes away what is dead',
  'users/trust-queries.ts endAllowed': 'takes away what is dead',
  'users/trust-queries.ts endUntrusted': 'takes away what is dead',
  'users/trust-queries.ts endsUnproved': 'asks what is about to be taken away, for a notice',
  'users/trust-queries.ts holds': 'asks what is about to be taken away, for a notice',
  'users/trust-queries.ts removeUnproved': 'takes away what was never proved',
  'users/trust-queries.ts voidMoves': 'only takes away',
}

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

test('every table of an account has a trust epoch, or a reason to have none', async () => {
  const { rows } = await t.deps.db.$client.execute(
    `SELECT t.name AS "table", sum(c.name = 'user_id') AS owned, sum(c.name = 'trust_epoch' AND c."notnull" AND c.dflt_value = '0') AS epoch
      FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c WHERE t.schema = 'main' AND t.type = 'table' GROUP BY t.name`,
  )
  const owned = rows
    .filter((row) => Number(row.owned) > 0)
    .map((row) => [String(row.table), Number(row.epoch) > 0] as const)
  const having = owned.filter(([, epoch]) => epoch).map(([table]) => table)
  const without = owned.filter(([, epoch]) => !epoch).map(([table]) => table)
  const reasonMissing = without.filter((table) => !(table in NOTHING_TO_TRUST))
  expect(reasonMissing, 'add a column `trust_epoch`, or a reason to `nothingToTrust` of the contract').toEqual([])
  expect(without.sort()).toEqual(Object.keys(NOTHING_TO_TRUST).sort())
  expect(having.sort(), 'and VARIABLES names it, so that its queries are read below').toEqual(
    Object.keys(VARIABLES).sort(),
  )
})

interface Declaration {
  name: string
  text: string
}

/** The top-level declarations of a file, without comments. */
const declarationsOf = (source: string): Declaration[] =>
  source
    .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .split(/^(?=(?:export )?(?:async )?(?:const|function) )/m)
    .flatMap((text) => {
      const name = /^(?:export )?(?:async )?(?:const|function) (\w+)/.exec(text)?.[1]
      return name === undefined ? [] : [{ name, text }]
    })

const tables = Object.values(VARIABLES).join('|')
/** Reads or changes rows of one of the tables. A statement that only deletes gives no access. */
const READS = new RegExp(
  String.raw`\.(?:from|update|innerJoin|leftJoin)\((?:${tables})\b|(?:FROM|JOIN|UPDATE) \$\{(?:${tables})\}|sql\x60\$\{(?:${tables})\} WHERE`,
)
const INSERTS = new RegExp(String.raw`\.insert\((?:${tables})\)`)
const OWNERS = ['trusted', 'trustedBy', 'sessionLives', 'familyCounts']
const STAMPS = ['epochOf', 'sessionEpochOf', 'epochAfterAnonymity', 'users\\.trust_epoch']
const calls = (names: readonly string[]) => new RegExp(String.raw`\b(?:${names.join('|')})\b`)

/** Names of the file that ask for the epoch, by themselves or by another of them. */
function askers(declarations: readonly Declaration[], first: readonly string[]): string[] {
  let names = [...first]
  for (;;) {
    const found = declarations.filter(
      ({ name, text }) => !names.includes(name) && calls(names).test(text.slice(text.indexOf(name) + name.length)),
    )
    if (found.length === 0) return names
    names = [...names, ...found.map(({ name }) => name)]
  }
}

test('every statement on such a table checks the epoch or has a stated reason; every INSERT writes it', async () => {
  const careless: string[] = []
  let seen = 0
  for (const file of [...new Glob('src/**/*.ts').scanSync(ROOT)].sort()) {
    const declarations = declarationsOf(await Bun.file(join(ROOT, file)).text())
    const asking = askers(declarations, OWNERS)
    const stamping = askers(declarations, STAMPS)
    for (const { name, text } of declarations) {
      const key = `${file.replace('src/modules/', '')} ${name}`
      if (READS.test(text)) {
        seen++
        if (!asking.includes(name)) careless.push(key)
      }
      if (INSERTS.test(text)) {
        seen++
        if (!stamping.includes(name)) careless.push(`${key} (INSERT)`)
      }
    }
  }
  expect(seen).toBeGreaterThan(50) // the expressions above match statements
  expect(careless.sort()).toEqual(Object.keys(WHATEVER_THE_EPOCH).sort())
})
