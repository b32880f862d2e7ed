/** Converts token answers, as providers really send them (RFC 6749 §5.1), to the form that openid-client accepts. */

const OPTIONAL = ['refresh_token', 'scope', 'id_token', 'expires_in', 'token_type']

/**
 * Returns the same answer with these corrections: `null` and empty text become absent; a list of scopes becomes text;
 * an `expires_in` that is not a number becomes absent; a missing type becomes Bearer; an error with status 200
 * becomes an error status. An answer that is not a JSON object stays unchanged.
 */
export async function readableTokenAnswer(answer: Response): Promise<Response> {
  const { headers } = answer
  const text = await answer.text()
  const found = parseObject(text)
  if (answer.status !== 200 || found === undefined) return new Response(text, { status: answer.status, headers })
  for (const name of OPTIONAL) if (found[name] === null || found[name] === '') delete found[name]
  if (Array.isArray(found.scope)) found.scope = found.scope.join(' ')
  else if (typeof found.scope !== 'string') delete found.scope
  const life = typeof found.expires_in === 'string' ? Number(found.expires_in) : found.expires_in
  if (typeof life === 'number' && life >= 0 && Number.isSafeInteger(Math.floor(life))) found.expires_in = life
  else delete found.expires_in
  if (found.token_type === undefined) found.token_type = 'Bearer'
  const failed = typeof found.error === 'string' && found.access_token === undefined
  return new Response(JSON.stringify(found), { status: failed ? 400 : 200, headers })
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
