import { LRUCache } from 'lru-cache'

/**
 * Keeps the last used entries, at most `maxEntries`. An entry that `options.sizeCalculation` weighs counts as so many.
 *
 * It grows with what it keeps. With its option `max` the library would take memory and time for all places in advance: a start
 * would spend a tenth of its time on them.
 */
export const createLru = <Value extends NonNullable<unknown>>(
  maxEntries: number,
  options: LruOptions<Value> = {},
): LRUCache<string, Value> => new LRUCache<string, Value>({ sizeCalculation: () => 1, ...options, maxSize: maxEntries })

type LruOptions<Value extends NonNullable<unknown>> = Pick<
  LRUCache.OptionsBase<string, Value, unknown>,
  'sizeCalculation' | 'dispose' | 'ttl' | 'ttlResolution' | 'perf'
>
