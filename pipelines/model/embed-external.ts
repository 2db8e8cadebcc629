import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../src/core/errors.ts'
import { external, tensorsOf } from '../../src/onnx/edit/edit-refuse-external.ts'
import { walkGraphs } from '../../src/onnx/edit/edit-walk.ts'
import type { ModelProto, TensorProto } from '../../src/onnx/proto/onnx_pb.ts'

/**
 * Takes the weights that an ONNX file keeps in files beside it into the model. Only files of its own folder are opened: a
 * model comes from anywhere, and must not name what else lies on this machine.
 *
 * @throws AppError MODEL_GRAPH, naming tensor and file
 */
export async function embedExternal(model: ModelProto, file: string): Promise<void> {
  if (!model.graph) return
  for (const graph of walkGraphs(model.graph))
    for (const tensor of tensorsOf(graph))
      if (tensor.dataLocation === external || tensor.externalData.length > 0) await embed(tensor, file)
}

async function embed(tensor: TensorProto, file: string): Promise<void> {
  const field = (key: string) => tensor.externalData.find((entry) => entry.key === key)?.value
  const location = field('location') ?? ''
  const refuse = (text: string, cause?: unknown) =>
    new AppError(
      'MODEL_GRAPH',
      `${file}: the weights "${tensor.name}" lie in ${location || 'no file'}: ${text}`,
      {
        details: { tensor: tensor.name, location },
        cause,
      },
    )
  if (
    location === '' ||
    location !== basename(location) ||
    ['.', '..'].includes(location) ||
    location.includes('\\')
  )
    throw refuse('only a file beside the model is read')
  const handle = await open(join(dirname(file), location)).catch((cause: NodeJS.ErrnoException) => {
    throw refuse(`it cannot be read (${cause.code}); it must lie beside the model`, cause)
  })
  try {
    const { size } = await handle.stat()
    const offset = Number(field('offset') ?? 0)
    const length = Number(field('length') ?? size - offset)
    if (
      !Number.isInteger(offset) ||
      !Number.isInteger(length) ||
      offset < 0 ||
      length < 0 ||
      offset + length > size
    )
      throw refuse(`it has ${size} bytes, of which ${length} from ${offset} on are asked for`)
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await handle.read(bytes, 0, length, offset)
    if (bytesRead !== length) throw refuse('it cannot be read as a whole')
    tensor.rawData = new Uint8Array(bytes)
    tensor.externalData = []
    tensor.dataLocation = 0
  } finally {
    await handle.close()
  }
}
