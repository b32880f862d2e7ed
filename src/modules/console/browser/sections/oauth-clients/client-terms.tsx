/** @jsxImportSource preact */
/** What the client may do, to change. Only what was changed is sent. */
import { useSignal } from '@preact/signals'
import type { Sent } from '../../../../../browser/api.ts'
import { faultsAt } from '../../../../../browser/faults.ts'
import {
  CheckField,
  Faults,
  readJsonObject,
  SelectField,
  TextField,
  toggled,
  useFields,
} from '../../../../../browser/fields.tsx'
import type { Loaded } from '../../../../../browser/loaded.ts'
import type { OAuthClient } from '../../../../oauth-clients/schema.ts'
import { SavedForm } from '../../saved-form.tsx'
import { can } from '../../viewer.ts'
import { AdvancedTerms } from './advanced-terms.tsx'
import { grantTitles } from './kinds.ts'
import { ListField } from './list-field.tsx'
import { wordsIn, wordsOrNull } from './lists.ts'
import { ScopesField } from './scopes-field.tsx'
import { type TermFields, termFieldsOf } from './term-fields.ts'

interface ClientTermsProps {
  client: OAuthClient
  loaded: Loaded<OAuthClient>
  orgId: string | null
  mayWrite: boolean
}

export function ClientTerms({ client, loaded, orgId, mayWrite }: ClientTermsProps) {
  const fields = useFields<TermFields>(termFieldsOf(client))
  const grants = useSignal<string[]>([...client.grantTypes])
  const scopes = useSignal<string[]>(client.scopes ?? [])
  const now = fields.value
  const jwks = now.jwks.trim() === '' ? undefined : readJsonObject(now.jwks)
  const wanted = {
    name: now.name,
    redirectUris: wordsIn(now.redirectUris),
    postLogoutRedirectUris: wordsIn(now.postLogoutRedirectUris),
    grantTypes: grants.value,
    tokenEndpointAuthMethod: now.tokenEndpointAuthMethod,
    scopes: now.everyScope ? null : scopes.value,
    audiences: wordsOrNull(now.audiences),
    firstParty: now.firstParty,
    backchannelLogoutUri: now.backchannelLogoutUri || null,
    jwksUri: now.jwksUri || null,
    jwks: jwks !== undefined && 'value' in jwks ? jwks.value : null,
    requirePushedAuthorizationRequests: now.requirePushedAuthorizationRequests,
    dpopBoundAccessTokens: now.dpopBoundAccessTokens,
    serviceAccountId: now.serviceAccountId.trim() || null,
    subjectType: now.subjectType,
    idTokenSignedResponseAlg: now.idTokenSignedResponseAlg,
    clientUri: now.clientUri || null,
    logoUri: now.logoUri || null,
    policyUri: now.policyUri || null,
    tosUri: now.tosUri || null,
  }
  const known: Record<string, unknown> = client
  const body = Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name])),
  )
  const sent: Sent = { method: 'PATCH', path: `/v1/oauth-clients/${encodeURIComponent(client.clientId)}`, body }
  const jwksFault = jwks !== undefined && 'fault' in jwks ? jwks.fault : undefined
  return (
    <SavedForm
      loaded={loaded}
      call={sent}
      label="Terms"
      legend="Terms"
      intro={
        <>
          <h3>Terms</h3>
          {client.source === 'metadata' && <p>The document at its id describes the client, so it is changed there.</p>}
        </>
      }
      mayWrite={mayWrite}
      submit="Save changes"
      ready={Object.keys(body).length > 0}
      done="The client is saved."
      check={() => jwksFault === undefined}
    >
      {(problem) => (
        <>
          <div class="fields">
            <TextField {...fields.text('name')} label="Name" required maxLength={100} problem={problem} />
            <SelectField
              {...fields.text('tokenEndpointAuthMethod')}
              label="How it authenticates"
              options={[
                ['client_secret_basic', 'Secret in the header'],
                ['client_secret_post', 'Secret in the body'],
                ['private_key_jwt', 'Signed with its own key'],
                ['none', 'Public: no secret'],
              ]}
              problem={problem}
            />
          </div>
          <ListField
            {...fields.text('redirectUris')}
            label="Redirect URIs"
            hint="One a line, compared character by character."
            problem={problem}
          />
          <fieldset class="field choices">
            <legend>Grants</legend>
            {Object.entries(grantTitles).map(([name, title]) => (
              <CheckField
                key={name}
                name={name}
                label={title}
                value={grants.value.includes(name)}
                onValue={(on) => (grants.value = toggled(grants.value, name, on))}
              />
            ))}
            <Faults of={faultsAt(problem, '/grantTypes')} />
          </fieldset>
          <div class="field">
            <CheckField {...fields.check('everyScope')} label="It may ask for every scope, which consent limits" />
          </div>
          {!now.everyScope && (
            <ScopesField
              orgId={orgId}
              people
              value={scopes.value}
              onValue={(value) => (scopes.value = value)}
              problem={problem}
            />
          )}
          <ListField
            {...fields.text('audiences')}
            label="Only for these APIs (optional)"
            hint="The audiences of their resources, one a line. Empty: all."
            problem={problem}
          />
          {client.orgId === null && can('oauth-clients:write') && (
            <div class="field">
              <CheckField
                {...fields.check('firstParty')}
                label="It is our own application: people are not asked for consent"
              />
            </div>
          )}
          <AdvancedTerms fields={fields} jwksFault={jwksFault} problem={problem} />
        </>
      )}
    </SavedForm>
  )
}
