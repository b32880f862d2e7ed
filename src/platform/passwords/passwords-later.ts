import type { Passwords } from '../../deps.ts'

/** Passwords that are loaded with the first hash. One that fails to load is loaded again by the next. */
export function passwordsLater(load: () => Promise<Passwords>): Passwords {
  let loading: Promise<Passwords> | undefined
  const loaded = (): Promise<Passwords> => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return {
    hash: async (...given) => (await loaded()).hash(...given),
    verify: async (...given) => (await loaded()).verify(...given),
  }
}
