import { defineFeature, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'access',
  position: 225,
  paths: {
    'GET /.well-known/authzen-configuration': 'public',
    'POST /access/v1/evaluation': 'principal',
    'POST /access/v1/evaluations': 'principal',
    'POST /access/v1/search/subject': 'principal',
    'POST /access/v1/search/resource': 'principal',
    'POST /access/v1/search/action': 'principal',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  errors: {
    'access.request_invalid': {
      status: 400,
      title: 'The request does not match the schema. See errors.',
      remedy:
        'Correct each field in errors. subject, action and resource are required, each with its type or name and its id.',
    },
    'access.page_changed': {
      status: 400,
      title: 'The token of the page belongs to another request.',
      remedy: 'Repeat the request of the first page with the token in page.token, or begin without a token.',
    },
    'access.search_unsupported': {
      status: 400,
      title: 'The server does not store what this search would list.',
      remedy:
        'Search for subjects of the type user or for resources of the type org. Ask about other resources one by one: POST /access/v1/evaluations.',
    },
  },
})
