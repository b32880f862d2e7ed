import type { ScopesByAudience } from '../../../db/tables/index.ts'
import type { Deps, SessionPrincipal } from '../../deps.ts'
import type { Locale } from '../../lib/languages.ts'
import type { Detail } from '../grants/asked-details.ts'
import type { Grant } from '../grants/queries.ts'
import type { Brand } from '../pages/brand.ts'
import { isVouchedFor } from '../oauth-clients/client-model.ts'
import { hostOf } from '../oauth-clients/redirect-uri.ts'
import { findResource, type Resource } from '../resources/resource.ts'
import { isAllowedAudience, isAllowedDetail, isAllowedScope } from './consent.ts'
import { type ConsentResource, type ConsentView, consentPage } from './consent-view.tsx'
import type { AuthorizationRequest } from './read-request.ts'

interface Shown {
  request: AuthorizationRequest
  session: SessionPrincipal
  grant: Grant | undefined
  brand: Brand
  otherAccountUrl: string
  form: ConsentView['form']
  onlyAccount: boolean
}

/** The HTML of the consent page for a request. No round trip for resources in memory. */
export async function consentCard(deps: Deps, locale: Locale, shown: Shown): Promise<string> {
  const { request, session, grant, ...rest } = shown
  const { client, redirectUri, allowed, details } = request
  return consentPage(locale, deps.config, {
    ...rest,
    client: {
      name: client.name,
      host: client.host ?? hostOf(redirectUri),
      nameIsUnproved: !isVouchedFor(client),
    },
    onThisDevice: hostOf(redirectUri) === null,
    account: session.user.email,
    ...(await askedView(deps, allowed, details, grant)),
  })
}

/** What a client asks for, and what of it is new. No round trip for resources in memory. */
export async function askedView(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  allowed: ScopesByAudience,
  details: readonly Detail[],
  grant: Pick<Grant, 'scopes' | 'details'> | undefined,
): Promise<Pick<ConsentView, 'resources' | 'details'>> {
  const found = await Promise.all(Object.keys(allowed).map((audience) => findResource(deps, audience)))
  const resources = found.filter((resource) => resource !== undefined)
  return {
    resources: resources.map((resource) => resourceView(deps, resource, allowed[resource.audience] ?? [], grant)),
    details: details.map((detail) => {
      const { type, ...fields } = detail
      const known = resources.flatMap(({ detailTypes }) => detailTypes).find((each) => each.type === type)
      return {
        description: known?.description ?? String(type),
        text: shownJson(fields),
        isNew: !isAllowedDetail(grant, detail),
      }
    }),
  }
}

/** JSON that a person reads as the resource does: characters that cannot be seen, or that turn the direction, are escaped. */
const shownJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
/** The line breaks are those of the indentation. */
const UNSEEN = /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

function resourceView(
  { config }: Pick<Deps, 'config'>,
  { audience, name, scopes }: Resource,
  asked: readonly string[],
  grant: Pick<Grant, 'scopes' | 'details'> | undefined,
): ConsentResource {
  return {
    name,
    isOwn: audience === config.appUrl,
    isNew: !isAllowedAudience(grant, audience),
    scopes: asked.map((scope) => ({
      description: scopes.find((known) => known.name === scope)?.description ?? scope,
      isNew: !isAllowedScope(grant, audience, scope),
    })),
  }
}
