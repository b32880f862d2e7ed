/**
 * What `build` makes of a key, built once for each key: statements for a database, verifiers for an app. Keyed weakly,
 * so one process can open and drop many of them.
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
