import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findsKeypoints } from '../../../src/bundle/decode-schema.ts'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import { bodySuffix } from '../../../src/skeleton/body-file.ts'
import type { LearnOptions } from '../job.ts'

/** A way to learn from the same clips. */
export interface Way {
  readonly name: 'skeleton' | 'video' | 'network'
  /** In words. */
  readonly what: string
  readonly learning: LearningConfig
}

/** What stands before a way, in words; empty: nothing. */
export interface Ways {
  readonly there: readonly Way[]
  readonly missing: readonly string[]
}

/**
 * What a model can be taught as on this site, the one that costs least while it serves first: the skeleton model, where
 * there is one and something finds keypoints; a head on the frozen video backbone of the catalogue, where that is installed;
 * and a network of its own. What follows a live skeleton model is one; what follows a live model of pictures is compared
 * anew, with more clips: the head on the frozen backbone and the network.
 */
export async function waysToLearn(
  options: Pick<LearnOptions, 'learning' | 'registry' | 'site'> & {
    clips: readonly { readonly path: string }[]
  },
): Promise<Ways> {
  const { learning, registry, clips } = options
  const { live } = registry.state(learning.model)
  const clip = { ...learning, kind: 'clip' } as const
  const skeleton: Way = {
    name: 'skeleton',
    what: 'the skeleton model',
    learning: { ...learning, kind: 'skeleton' },
  }
  const network: Way = { name: 'network', what: 'a network of its own', learning: clip }
  const liveDir = live === null ? null : registry.dirOf(learning.model, live)
  const loaded = liveDir === null ? null : await loadBundle(liveDir).catch(() => null)
  // Windows of another kind: cameras could not change over from one version to the next.
  if (loaded?.bundle.kind === 'skeleton') return { there: [skeleton], missing: [] }
  const site = await bundlesOf(options)
  const hasModel = site.some(({ bundle }) => bundle.kind === 'skeleton')
  const hasBodies =
    site.some(({ bundle }) => bundle.kind === 'pose' || findsKeypoints(bundle.decode)) ||
    clips.every(({ path }) => existsSync(path.replace(/\.[^./\\]+$/, bodySuffix)))
  const backbone = learning.backbone ?? site.find(({ dir }) => existsSync(videoOf(dir)))?.dir
  const video = learning.backbone ?? (backbone === undefined ? installedVideo() : videoOf(backbone))
  const frozen: readonly Way[] =
    video === null
      ? []
      : [
          {
            name: 'video',
            what: 'a head on the frozen video backbone',
            learning: { ...clip, backbone: video, freeze: 'backbone' },
          },
        ]
  const { backbone: _, freeze: __, ...fromZero } = learning
  const own: Way = { ...network, learning: { ...fromZero, kind: 'clip' } }
  if (liveDir !== null) {
    // A whole imported graph is not taught several times to compare it.
    if (learning.backbone !== undefined && learning.freeze === undefined)
      return { there: [network], missing: [] }
    // Of equally good ones it stays what it is.
    const isNetwork = existsSync(join(liveDir, 'training', 'model.json'))
    return { there: isNetwork ? [own, ...frozen] : [...frozen, own], missing: [] }
  }
  return {
    there: [
      ...(hasModel && hasBodies
        ? [{ ...skeleton, learning: { ...fromZero, kind: 'skeleton' as const } }]
        : []),
      ...frozen,
      own,
    ],
    missing: [
      ...(hasModel ? [] : ['no skeleton model is among the models']),
      ...(hasModel && !hasBodies ? ['nothing finds keypoints (vireo model install people)'] : []),
      ...(video === null ? ['no video backbone is installed (vireo model install video)'] : []),
    ],
  }
}

/** Where `vireo model install video` puts it: beside the other models. */
const videoOf = (dir: string) => join(dirname(resolve(dir)), 'video')
const installedVideo = () =>
  existsSync(join('models', 'video', 'bundle.json')) ? join('models', 'video') : null

async function bundlesOf({ site = [], registry }: Pick<LearnOptions, 'site' | 'registry'>) {
  const found = site.map(async ({ path, registry: registered }) => {
    const live = registered === undefined ? null : registry.state(registered).live
    const dir = path ?? (registered !== undefined && live !== null ? registry.dirOf(registered, live) : null)
    return dir === null ? null : loadBundle(dir)
  })
  return (await Promise.all(found)).filter((loaded) => loaded !== null)
}
