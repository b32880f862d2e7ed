import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Signing keys of access tokens. The private half is encrypted under APP_SECRET; only its public half is ever sent. */
export const signingKeys = sqliteTable('signing_keys', {
  id: text('id').primaryKey(),
  publicJwk: text('public_jwk').notNull(),
  encryptedPrivateJwk: text('encrypted_private_jwk').notNull(),
  createdAt: integer('created_at').notNull(),
  /** Signs from here on; until then it is only published, so that every verifier has it in time. */
  activeAt: integer('active_at').notNull(),
  /** Published until here: one access-token life and a margin after its successor took over. */
  retiresAt: integer('retires_at'),
})
