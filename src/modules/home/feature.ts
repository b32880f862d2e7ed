import { defineFeature, type LoadedProblemPage, type RouteFiles } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'home',
  position: 278,
  paths: {
    'GET /': 'public',
    'GET /home/assets/:name': 'public',
  },
  routes: (): RouteFiles => Promise.all([import('./routes.ts')]),
  problemPage: (): LoadedProblemPage => import('./problem-page.tsx').then((file) => file.problemPage),
  variables: {
    HOME_URL: {
      type: 'text',
      description:
        'Where the root of APP_URL leads browsers: an absolute https URL, such as https://www.example.com/. Default: a page of this server.',
    },
  },
})
