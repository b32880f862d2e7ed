/** @jsxImportSource preact */
/** A client in two steps: the kind of the app, and what that kind needs. */
import { useSignal } from '@preact/signals'
import { ActDialog } from '../../../../../browser/act.tsx'
import { Dialog } from '../../../../../browser/dialog.tsx'
import { CheckField, TextField, useFields } from '../../../../../browser/fields.tsx'
import type { CreatedOAuthClient } from '../../../../oauth-clients/schema.ts'
import { isOrgOwner } from '../../viewer.ts'
import { inScope } from '../scope.ts'
import { type ClientKind, clientKinds } from './kinds.ts'
import { ListField } from './list-field.tsx'
import { wordsIn } from './lists.ts'
import { ScopesField } from './scopes-field.tsx'

interface NewClientProps {
  orgId: string | null
  onDone: (made: CreatedOAuthClient) => void
  onClose: () => void
}

export function NewClient(props: NewClientProps) {
  const kind = useSignal<ClientKind | undefined>(undefined)
  if (kind.value !== undefined) return <ClientForm {...props} kind={kind.value} />
  return (
    <Dialog title="What kind of application is it?" onClose={props.onClose}>
      <ul class="kinds roomy">
        {clientKinds.map((one) => (
          <li key={one.name}>
            <button type="button" class="kind" onClick={() => (kind.value = one)}>
              <strong>{one.title}</strong>
              <span class="soft">{one.about}</span>
            </button>
          </li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" class="button quiet" onClick={props.onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  )
}

function ClientForm({ kind, orgId, onDone, onClose }: NewClientProps & { kind: ClientKind }) {
  const fields = useFields({ name: '', redirectUris: '', audiences: '', firstParty: false, refresh: true })
  const scopes = useSignal<string[]>(kind.people ? ['openid', 'profile', 'email'] : [])
  const { name, redirectUris, audiences, firstParty } = fields.value
  const uris = wordsIn(redirectUris)
  const apis = wordsIn(audiences)
  const body = {
    name,
    grantTypes: kind.terms.grantTypes,
    tokenEndpointAuthMethod: kind.terms.tokenEndpointAuthMethod,
    ...(kind.redirectUri === undefined ? {} : { redirectUris: uris }),
    scopes: scopes.value,
    ...(apis.length > 0 && { audiences: apis }),
    ...(firstParty ? { firstParty } : {}),
    ...inScope(orgId),
  }
  return (
    <ActDialog<CreatedOAuthClient>
      title={`New client: ${kind.title}`}
      call={{ method: 'POST', path: '/v1/oauth-clients', body }}
      // The command takes no audiences.
      cli={
        apis.length > 0
          ? undefined
          : [
              ...['oauth-clients', 'create', `--name=${name}`],
              ...(uris.length > 0 ? [`--redirect-uri=${uris.join(',')}`] : []),
              `--grant-types=${kind.terms.grantTypes.join(',')}`,
              `--auth=${kind.terms.tokenEndpointAuthMethod}`,
              ...(scopes.value.length > 0 ? [`--scopes=${scopes.value.join(',')}`] : []),
              ...(firstParty ? ['--first-party'] : []),
              ...(orgId === null ? [] : [`--org=${orgId}`]),
            ]
      }
      submit="Create client"
      onDone={onDone}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p class="soft">{kind.about}</p>
          <TextField
            {...fields.text('name')}
            label="Name"
            hint={kind.people ? 'What people see when they sign in.' : 'What the program is.'}
            required
            maxLength={100}
            problem={problem}
          />
          {kind.redirectUri !== undefined && (
            <ListField
              {...fields.text('redirectUris')}
              label="Redirect URIs"
              hint={`Where people come back to, one a line, compared character by character. For example ${kind.redirectUri}`}
              required
              problem={problem}
            />
          )}
          <ScopesField
            orgId={orgId}
            people={kind.people}
            value={scopes.value}
            onValue={(value) => (scopes.value = value)}
            problem={problem}
          />
          {(!kind.people || kind.name === 'agent') && (
            <ListField
              {...fields.text('audiences')}
              label={kind.people ? 'Only for these APIs (optional)' : 'APIs it calls'}
              hint="The audiences of their resources, one a line."
              problem={problem}
            />
          )}
          {orgId === null && kind.people && !isOrgOwner.value && (
            <CheckField
              {...fields.check('firstParty')}
              label="It is our own application: people are not asked for consent"
            />
          )}
        </>
      )}
    </ActDialog>
  )
}
