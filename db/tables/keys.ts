import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

const keyColumns = () => ({
  id: text('id').primaryKey(),
  publicJwk: text('public_jwk').notNull(),
  encryptedPrivateJwk: text('encrypted_private_jwk').notNull(),
  createdAt: integer('created_at').notNull(),
  /** The key signs from this time on. Before, it is only published, so every verifier has it in time. */
  activeAt: integer('active_at').notNull(),
  /** The key is published until this time: one access token lifetime and a margin after its successor took over. */
  retiresAt: integer('retires_at'),
  /** The key is published at least until this time, because a signed API key that expires then needs it. */
  neededUntil: integer('needed_until'),
  /** Its private half may be known to others: it verifies nothing any more, and is not published. */
  revokedAt: integer('revoked_at'),
})

/** Ed25519 keys of tokens. The private half is encrypted with APP_SECRET. Only the public half is sent to clients. */
export const signingKeys = sqliteTable('signing_keys', keyColumns())

/**
 * The same of RS256 and ES256, each of which has its own current key. They have their own table, because the previous
 * release reads every row of `signing_keys` as an Ed25519 key.
 */
export const idTokenKeys = sqliteTable('id_token_keys', {
  ...keyColumns(),
  alg: text('alg', { enum: ['RS256', 'ES256'] }).notNull(),
})
