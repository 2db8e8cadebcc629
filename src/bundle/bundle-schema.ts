import type { z } from 'zod'
import { bundleShape } from './bundle-shape.ts'
import { crossCheckBundle } from './cross-check-bundle.ts'

export const bundleSchema = bundleShape.superRefine(crossCheckBundle)

/** bundle.json: the contract between a model and everything that feeds it or reads its scores. */
export type Bundle = z.infer<typeof bundleSchema>
