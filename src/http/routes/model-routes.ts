import { hidePlaces } from '../../core/text/hide-places.ts'
import { hasRole, type Identity } from '../access/identity.ts'
import type { LearningPort, ModelDetail } from '../learning-port.ts'
import { type Route, route } from '../route.ts'
import { learningSchemas as schemas } from '../schemas/learning-schemas.ts'

/** Versions of models, and which of them is live. */
export function modelRoutes(learning: LearningPort): readonly Route[] {
  const [tag, path, params] = ['models', '/api/v1/models', schemas.modelName] as const
  const detail = [200, schemas.modelDetail] as const
  return [
    route({
      method: 'GET',
      path,
      access: 'viewer',
      tag,
      summary: 'Models of the registry, and which of their versions is live',
      answer: [200, schemas.modelList],
      handle: async () => ({ models: await learning.models() }),
    }),
    route({
      method: 'GET',
      path: `${path}/:name`,
      access: 'viewer',
      tag,
      summary: 'The versions of a model with their lineage, and all that happened to them',
      params,
      answer: detail,
      errors: [400, 404],
      handle: async ({ params: { name }, identity }) => seenBy(identity, await learning.model(name)),
    }),
    route({
      method: 'POST',
      path: `${path}/:name/promote`,
      access: 'admin',
      tag,
      summary: 'Make a version live: after a shadow where a running Vireo serves the model',
      params,
      body: schemas.promote,
      answer: detail,
      errors: [400, 404, 409, 500],
      handle: ({ params: { name }, body, identity }) =>
        learning.promote(name, { ...body, who: identity.name }),
    }),
    route({
      method: 'POST',
      path: `${path}/:name/rollback`,
      access: 'admin',
      tag,
      summary: 'Make an earlier version live again',
      params,
      body: schemas.rollback,
      answer: detail,
      errors: [400, 404, 409, 500],
      handle: ({ params: { name }, body, identity }) =>
        learning.rollback(name, { ...body, who: identity.name }),
    }),
    route({
      method: 'POST',
      path: `${path}/:name/dismiss`,
      access: 'admin',
      tag,
      summary: 'End the shadow of a version without a promotion',
      params,
      body: schemas.dismiss,
      answer: detail,
      errors: [400, 404, 409, 500],
      handle: ({ params: { name }, body, identity }) =>
        learning.dismiss(name, { ...body, who: identity.name }),
    }),
    route({
      method: 'GET',
      path: `${path}/:name/disagreements`,
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'Live clips of which the shadow of a version thought otherwise, the newest first',
      params,
      query: schemas.page,
      answer: [200, schemas.disagreements],
      errors: [400],
      handle: ({ params: { name }, query }) => learning.disagreements(name, query),
    }),
  ]
}

/** Runs and datasets are of all cameras: who may see some is told of versions, and not of what they were made from. */
function seenBy(identity: Identity, model: ModelDetail): ModelDetail {
  if (hasRole(identity, 'admin')) return model
  if (identity.cameras === null) {
    const lineage = model.lineage.map((each) => ({ ...each, command: hidePlaces(each.command) }))
    return { ...model, lineage }
  }
  const lineage = model.lineage.map((each) => ({
    ...each,
    dataset: null,
    datasets: [],
    command: '',
    run: null,
  }))
  return { ...model, lineage, history: [] }
}
