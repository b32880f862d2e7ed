/** The payload of a living access token for `resource`; undefined for every other text. Each call asks Threeger ID. */
export async function introspectToken(
  token: string,
  issuer: string,
  resource: string,
  client: { id: string; secret: string },
) {
  const answer = await fetch(`${issuer}/oauth/introspect`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
    body: new URLSearchParams({ token }),
  })
  if (!answer.ok) throw new Error(`introspection: ${answer.status}`) // never taken for "not active"
  const payload = (await answer.json()) as { active: boolean; aud?: string; sub?: string; scope?: string; cnf?: object }
  return payload.active && payload.aud === resource ? payload : undefined
}
