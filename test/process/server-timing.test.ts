/** In development each answer says how often it asked the database; elsewhere none does. */
import { afterAll, expect, test } from 'bun:test'
import { PASSWORD } from '../support/client.ts'
import { cleanUp, environment, newFolder, startServer } from './support/server.ts'

afterAll(cleanUp)

const timing = (response: Response): string | null => response.headers.get('server-timing')

test('an answer in development counts the round trips of its own request', async () => {
  const { url } = await startServer(environment(newFolder(), { NODE_ENV: 'development' }))
  expect(timing(await fetch(`${url}/v1/me`))).toMatch(/^db;desc="0";dur=0\.0$/)
  const signUp = await fetch(`${url}/v1/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
  })
  expect(signUp.status).toBe(201)
  const { accessToken } = (await signUp.json()) as { accessToken: string }
  const me = () => fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect(timing(await me())).toMatch(/^db;desc="1";dur=\d+\.\d$/)
  expect((await fetch(`${url}/.well-known/openid-configuration`)).status).toBe(200) // makes the first keys
  // The second time from memory, whatever others ask at the same time.
  const others = Array.from({ length: 20 }, () => fetch(`${url}/.well-known/openid-configuration`))
  const answers = await Promise.all([me(), ...others])
  expect(answers.map((answer) => timing(answer)?.slice(0, 13))).toEqual([
    'db;desc="0";d',
    ...Array.from({ length: 20 }, () => 'db;desc="1";d'),
  ])
})

test('an answer in production says nothing of it', async () => {
  const production = { NODE_ENV: 'production', APP_URL: 'https://id.example.com', APP_SECRET: 'x'.repeat(40) }
  const { url } = await startServer(environment(newFolder(), production))
  const answer = await fetch(`${url}/livez`)
  expect([answer.status, timing(answer)]).toEqual([200, null])
})
