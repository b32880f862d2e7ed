import type { Config } from '../../config.ts'
import { deriveKey, hmac } from '../../lib/crypto.ts'

/**
 * The beginning of the names of this server in Redis. Every process of the server has the same, and another server in the same Redis
 * has another.
 */
export const redisName = async ({ appSecret, appUrl }: Pick<Config, 'appSecret' | 'appUrl'>): Promise<string> =>
  `threeger:${(await hmac(await deriveKey(appSecret, 'redis'), `name ${appUrl}`)).slice(0, 16)}`
