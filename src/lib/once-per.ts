/**
 * Calls `build` once for each key and keeps the result, such as statements for a database or verifiers for an app. Keys
 * are weak, so one process can open and close many of them.
 */
export function oncePer<Key extends object, Value>(build: (key: Key) => Value): (key: Key) => Value {
  const built = new WeakMap<Key, { value: Value }>()
  return (key) => {
    const known = built.get(key)
    if (known) return known.value
    const value = build(key)
    built.set(key, { value })
    return value
  }
}
