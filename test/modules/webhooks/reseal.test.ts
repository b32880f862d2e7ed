/** Secrets of webhooks and actions after a change of APP_SECRET. */
import { expect, test } from 'bun:test'
import { openHookSecret } from '../../../src/core/hooks/secrets.ts'
import { runJobs } from '../../../src/jobs.ts'
import { call, setUpAdmin } from '../../support/client.ts'
import { createHookApp } from './support/endpoint.ts'
import { type Made, makeWebhook } from './support/webhooks.ts'

test('the secrets of webhooks and actions are encrypted again, and outlive the earlier APP_SECRET', async () => {
  const t = await createHookApp()
  try {
    const { accessToken: token } = await setUpAdmin(t)
    const webhook = await makeWebhook(t, token, {})
    const rotated = await call<Made>(t, `POST /v1/webhooks/${webhook.id}/rotate-secret`, { token, body: {} })
    const action = await call<Made>(t, 'POST /v1/actions', {
      token,
      body: { trigger: 'sign_up', url: 'https://hooks.example/in', enabled: false },
    })
    expect(action.status, action.text).toBe(201)
    const config = { ...t.deps.config, appSecret: 'another secret of more than thirty-two bytes' }
    const both = { ...t.deps, config: { ...config, appSecretPrevious: t.deps.config.appSecret } }
    const stored = async (table: string, id: string) => {
      const sql = `SELECT secret, previous_secret FROM ${table} WHERE id = ?`
      const [row] = (await t.deps.db.$client.execute({ sql, args: [id] })).rows
      const opened = (text: unknown) => openHookSecret({ config }, String(text), id)
      return [await opened(row?.secret), await opened(row?.previous_secret)]
    }
    const jobs = async (deps: typeof t.deps) =>
      (await Promise.all((['reseal-webhooks', 'reseal-actions'] as const).map((name) => runJobs(deps, name)))).flatMap(
        (report) => report.jobs.map(({ counts }) => counts),
      )
    // Without the earlier secret nothing can be read, and nothing is lost.
    expect(await jobs({ ...t.deps, config })).toMatchObject([{ webhookSecrets: 0 }, { actionSecrets: 0 }])
    expect(await stored('webhooks', webhook.id)).toEqual([undefined, undefined])

    expect(await jobs(both)).toMatchObject([{ webhookSecrets: 1 }, { actionSecrets: 1 }])
    expect(await stored('webhooks', webhook.id)).toEqual([rotated.body.secret, webhook.secret])
    expect(await stored('actions', action.body.id)).toEqual([action.body.secret, undefined])
    expect(await jobs(both)).toMatchObject([{ webhookSecrets: 0 }, { actionSecrets: 0 }])

    // A row that was spoilt by hand does not keep the job busy for ever.
    const spoil = 'UPDATE webhooks SET secret = substr(secret, 1, 17) || ? WHERE id = ?'
    await t.deps.db.$client.execute({ sql: spoil, args: ['AAAA.AAAA', webhook.id] })
    const back = { ...t.deps, config: { ...t.deps.config, appSecretPrevious: config.appSecret } }
    expect(await jobs(back)).toMatchObject([{ webhookSecrets: 0 }, { actionSecrets: 1 }])
  } finally {
    await t.close()
  }
})
