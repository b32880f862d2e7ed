import { defineFeature, type LoadedHandler } from '../../core/feature.ts'

export const feature = defineFeature({
  name: 'erasure',
  position: 210,
  queued: { erasure: { run: (): LoadedHandler => import('./erase-user.ts').then((file) => file.eraseUser) } },
})
