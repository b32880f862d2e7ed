/** @jsxImportSource preact */
import type { Problem } from '../../../../../browser/api.ts'
import { AreaField, CheckField, type Fields, SelectField, TextField } from '../../../../../browser/fields.tsx'
import { ListField } from './list-field.tsx'
import type { TermFields } from './term-fields.ts'

interface AdvancedTermsProps {
  fields: Fields<TermFields>
  jwksFault: string | undefined
  problem: Problem | undefined
}

/** Sign-out, keys, stricter requests, and what people read about the app. */
export const AdvancedTerms = ({ fields, jwksFault, problem }: AdvancedTermsProps) => (
  <>
    <details open={hasFault(problem, ['postLogoutRedirectUris', 'backchannelLogoutUri']) || undefined}>
      <summary>Sign-out</summary>
      <ListField
        {...fields.text('postLogoutRedirectUris')}
        label="Where people go after sign-out"
        hint="One URI a line."
        problem={problem}
      />
      <TextField
        {...fields.text('backchannelLogoutUri')}
        label="Where the server tells the app of a sign-out"
        hint="A URL of the app that takes logout tokens (OpenID Connect Back-Channel Logout)."
        problem={problem}
      />
    </details>
    <details open={jwksFault !== undefined || hasFault(problem, ['jwks', 'jwksUri']) || undefined}>
      <summary>Keys of the client</summary>
      <TextField
        {...fields.text('jwksUri')}
        label="Address of its keys"
        hint="For a client that signs with its own key. The address or the keys themselves, not both."
        problem={problem}
      />
      <AreaField {...fields.text('jwks')} label="Its keys (JWKS)" mono rows={4} fault={jwksFault} problem={problem} />
    </details>
    <details open={hasFault(problem, ['serviceAccountId', 'subjectType', 'idTokenSignedResponseAlg']) || undefined}>
      <summary>Tokens</summary>
      <div class="fields">
        <SelectField
          {...fields.text('subjectType')}
          label="Ids of people"
          hint="Pairwise: apps of another host see other ids of the same people."
          options={[
            ['public', 'The same for every app'],
            ['pairwise', 'Pairwise'],
          ]}
          problem={problem}
        />
        <SelectField
          {...fields.text('idTokenSignedResponseAlg')}
          label="ID tokens are signed with"
          options={['RS256', 'ES256', 'EdDSA'].map((name) => [name, name] as const)}
          problem={problem}
        />
      </div>
      <TextField
        {...fields.text('serviceAccountId')}
        label="Acts in our API as this service account"
        hint="Its id, for a client with client credentials. Its scopes are then permissions."
        problem={problem}
      />
    </details>
    <details>
      <summary>Stricter requests</summary>
      <div class="field">
        <CheckField
          {...fields.check('requirePushedAuthorizationRequests')}
          label="Only pushed authorization requests (PAR)"
        />
      </div>
      <div class="field">
        <CheckField {...fields.check('dpopBoundAccessTokens')} label="Only tokens bound to a key (DPoP)" />
      </div>
    </details>
    <details open={hasFault(problem, ['clientUri', 'logoUri', 'policyUri', 'tosUri']) || undefined}>
      <summary>About the app</summary>
      <div class="fields">
        <TextField {...fields.text('clientUri')} label="Home page" problem={problem} />
        <TextField {...fields.text('logoUri')} label="Logo" problem={problem} />
        <TextField {...fields.text('policyUri')} label="Privacy policy" problem={problem} />
        <TextField {...fields.text('tosUri')} label="Terms of service" problem={problem} />
      </div>
    </details>
  </>
)

/** A fault must not hide in a part that is closed. */
const hasFault = (problem: Problem | undefined, names: readonly string[]): boolean =>
  problem?.errors.some(({ path }) => names.some((name) => path === `/${name}` || path.startsWith(`/${name}/`))) === true
