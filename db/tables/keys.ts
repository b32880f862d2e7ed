import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Signing keys of tokens. The private half is encrypted with APP_SECRET. Only the public half is sent to clients. */
export const signingKeys = sqliteTable('signing_keys', {
  id: text('id').primaryKey(),
  /** Each algorithm has its own current key, and rotates by itself. */
  alg: text('alg', { enum: ['EdDSA', 'RS256', 'ES256'] })
    .notNull()
    .default('EdDSA'),
  publicJwk: text('public_jwk').notNull(),
  encryptedPrivateJwk: text('encrypted_private_jwk').notNull(),
  createdAt: integer('created_at').notNull(),
  /** The key signs from this time on. Before, it is only published, so every verifier has it in time. */
  activeAt: integer('active_at').notNull(),
  /** The key is published until this time: one access token lifetime and a margin after its successor took over. */
  retiresAt: integer('retires_at'),
  /** The key is published at least until this time, because a signed API key that expires then needs it. */
  neededUntil: integer('needed_until'),
})
