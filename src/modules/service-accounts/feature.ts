import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'service-accounts',
  position: 255,
  paths: {
    'GET /v1/service-accounts': 'principal',
    'POST /v1/service-accounts': 'principal',
    'GET /v1/service-accounts/:id': 'principal',
    'PATCH /v1/service-accounts/:id': 'principal',
    'DELETE /v1/service-accounts/:id': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  tags: { 'Service accounts': 'Accounts of programs, which act with API keys alone.' },
  permissions: ['service-accounts:read', 'service-accounts:write'],
  orgPermissions: { 'service-accounts:read': 'admin', 'service-accounts:write': 'admin' },
  idPrefixes: ['sva'],
  events: ['service_account.created', 'service_account.updated', 'service_account.deleted'],
  errors: {
    'serviceaccount.not_found': {
      status: 404,
      title: 'The service account does not exist.',
      remedy: 'List the service accounts again. This one may have been deleted.',
    },
    'serviceaccount.role_refused': {
      status: 403,
      title: 'A role has permissions that you do not have.',
      remedy: 'Give only roles whose permissions you have yourself.',
    },
    'serviceaccount.changed': {
      status: 412,
      title: 'The service account was changed since you read it.',
      remedy: 'Read it again, then repeat the change with the new ETag.',
    },
    'serviceaccount.too_many': {
      status: 409,
      title: 'There is the maximum number of service accounts.',
      remedy: 'Delete service accounts that are no longer used.',
    },
  },
})
