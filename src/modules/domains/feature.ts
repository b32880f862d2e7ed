import { defineFeature, type LoadedBatch, type LoadedLetters, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'domains',
  position: 234,
  paths: {
    'GET /v1/orgs/:id/domains': 'domains:read in org',
    'POST /v1/orgs/:id/domains': 'domains:write in org',
    'PATCH /v1/orgs/:id/domains/:domainId': 'domains:write in org',
    'POST /v1/orgs/:id/domains/:domainId/verify': 'domains:write in org',
    'DELETE /v1/orgs/:id/domains/:domainId': 'domains:write in org',
  },
  routes: (): RouteFiles => Promise.all([import('./org-routes.ts')]),
  tags: { Domains: 'Domains that an organisation proves with a DNS record.' },
  orgPermissions: { 'domains:read': 'admin', 'domains:write': 'admin' },
  idPrefixes: ['dom'],
  events: ['domain.added', 'domain.updated', 'domain.verified', 'domain.verification_lost', 'domain.deleted'],
  errors: {
    'domain.not_found': {
      status: 404,
      title: 'The organisation has no such domain.',
      remedy: 'Use a domain that GET /v1/orgs/{id}/domains lists.',
    },
    'domain.exists': {
      status: 409,
      title: 'The organisation has this domain already.',
      remedy: 'Use the domain that GET /v1/orgs/{id}/domains lists.',
    },
    'domain.too_many': {
      status: 409,
      title: 'The organisation has 50 domains.',
      remedy: 'Remove a domain that is no longer needed.',
    },
    'domain.public': {
      status: 422,
      title: 'The domain belongs to many people.',
      remedy: 'Use a domain of the organisation itself: no public suffix, and no domain of a mail provider.',
    },
    'domain.taken': {
      status: 409,
      title: 'Another organisation has proved this domain.',
      remedy:
        'Remove the TXT record of the other organisation, if it is not yours. It loses the domain after two weekly checks.',
    },
    'domain.record_missing': {
      status: 409,
      title: 'The DNS does not have the TXT record of this domain.',
      remedy: 'Set the record that the domain shows, wait until the DNS has it, and verify again.',
    },
    'domain.resolver_unavailable': {
      status: 503,
      title: 'The DNS did not answer, or its answer is not valid.',
      remedy: 'Try again later. Nothing has changed. The operator sets the resolver with DNS_OVER_HTTPS_URL.',
    },
  },
  budgets: {
    'domain-check:org': { points: 30, seconds: 3600 },
  },
  variables: {
    DNS_OVER_HTTPS_URL: {
      type: 'text',
      pattern: '^(https://|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])[:/])',
      maxLength: 1000,
      default: 'https://cloudflare-dns.com/dns-query',
      description:
        'The resolver that reads the TXT records of the domains of organisations: DNS over HTTPS (RFC 8484). It learns the names of these domains.',
    },
  },
  scheduled: {
    'recheck-domains': {
      pattern: '13 4 * * 1',
      clock: 'not behind',
      run: (): LoadedBatch => import('./recheck-domains.ts').then((file) => file.recheckDomains),
    },
  },
  mails: { 'domain-lost': { domain: 'text', org: 'text', at: 'time' } },
  letters: (): LoadedLetters => import('./letters.ts').then((file) => file.letters),
})
