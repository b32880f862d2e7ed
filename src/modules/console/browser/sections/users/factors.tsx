/** @jsxImportSource preact */
/** How the user signs in: password, second factors, and accounts at other providers. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Badge, Details, When } from '../../../../../browser/detail.tsx'
import { useLoaded } from '../../../../../browser/loaded.ts'
import { Waiting } from '../../../../../browser/waiting.tsx'
import { can } from '../../viewer.ts'
import { userPath } from './user.ts'
import type { TabProps } from './user-page.tsx'

/** `UserFactors` of openapi.json. */
interface UserFactors {
  password: boolean
  totp: { addedAt: string } | null
  passkeys: number
  recoveryCodes: number
  rememberedDevices: number
}

interface Identity {
  id: string
  providerName: string
  email: string | null
  usable: boolean
  lastUsedAt: string
}

const count = (number: number, one: string, many: string): string => (number === 1 ? `1 ${one}` : `${number} ${many}`)

export function Factors({ user }: TabProps) {
  const factors = useLoaded<UserFactors>(userPath(user.id, '/mfa'))
  const identities = useLoaded<{ items: readonly Identity[] }>(userPath(user.id, '/identities'))
  const resetting = useSignal(false)
  const has = factors.value
  return (
    <>
      <section class="card" aria-labelledby="second">
        <h2 id="second">Password and second factors</h2>
        {has === undefined ? (
          <Waiting of={factors} />
        ) : (
          <Details
            items={[
              ['Password', has.password ? 'set' : 'none'],
              [
                'Authenticator app',
                has.totp ? (
                  <>
                    added <When at={has.totp.addedAt} />
                  </>
                ) : (
                  'none'
                ),
              ],
              ['Passkeys', has.passkeys === 0 ? 'none' : count(has.passkeys, 'passkey', 'passkeys')],
              ['Recovery codes', has.recoveryCodes === 0 ? 'none' : `${has.recoveryCodes} unused`],
              [
                'Remembered devices',
                has.rememberedDevices === 0 ? 'none' : count(has.rememberedDevices, 'device', 'devices'),
              ],
            ]}
          />
        )}
        {can('users:write') && has !== undefined && (
          <div class="buttons">
            <button
              type="button"
              class="button quiet"
              data-tone="bad"
              onClick={() => {
                resetting.value = true
              }}
            >
              Reset second factors
            </button>
          </div>
        )}
      </section>
      <section class="card" aria-labelledby="elsewhere">
        <h2 id="elsewhere">Accounts at other providers</h2>
        {identities.value === undefined && <Waiting of={identities} />}
        {identities.value?.items.length === 0 && <p class="soft">None is linked.</p>}
        <ul class="items">
          {identities.value?.items.map(({ id, providerName, email, usable, lastUsedAt }) => (
            <li key={id}>
              <div>
                <strong>{providerName}</strong> {!usable && <Badge tone="bad">provider not configured</Badge>}
                <p class="soft">
                  {email ?? 'no address'} · last used <When at={lastUsedAt} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      </section>
      {resetting.value && (
        <ActDialog
          title="Reset the second factors?"
          call={{ method: 'DELETE', path: userPath(user.id, '/mfa') }}
          cli={['users', 'bulk', 'reset_factors', `--ids=${user.id}`]}
          submit="Reset"
          tone="bad"
          typed={user.email}
          done="The second factors are removed. A mail tells the user."
          onDone={() => void factors.reload()}
          onStale={() => void factors.reload()}
          onClose={() => {
            resetting.value = false
          }}
        >
          <p>
            Check first that the person who asks is the owner: after this, the password alone signs in. The
            authenticator app, passkeys, recovery codes and remembered devices are removed, and every session ends.
          </p>
        </ActDialog>
      )}
    </>
  )
}
