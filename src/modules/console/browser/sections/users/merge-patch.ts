/** A change of metadata, as PATCH /v1/users/{id} takes it. */
type JsonObject = Record<string, unknown>
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What makes `after` of `before`. A key may have any name, such as `__proto__`. RFC 7396 */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const old = new Map(Object.entries(before))
  const patch = new Map<string, unknown>()
  for (const name of old.keys()) if (!Object.hasOwn(after, name)) patch.set(name, null)
  for (const [name, value] of Object.entries(after)) {
    const was = old.get(name)
    if (JSON.stringify(was) === JSON.stringify(value)) continue
    patch.set(name, isObject(was) && isObject(value) ? mergePatch(was, value) : value)
  }
  return Object.fromEntries(patch)
}
