import { clone } from '@bufbuild/protobuf'
import { renameValue } from '../../onnx/edit/edit-walk.ts'
import { type ModelProto, ModelProtoSchema } from '../../onnx/proto/onnx_pb.ts'

/**
 * A graph whose batch was fixed at one runs its elements one by one in a Scan after the import (scanBatch). For
 * training its body is put in place of the Scan, and the batch is followed through it instead. Gives a copy of the
 * model, and the value after which its nodes were written for a batch of one; null where they were not.
 */
export function inlineScan(model: ModelProto): { model: ModelProto; lifted: string | null } {
  const copy = clone(ModelProtoSchema, model)
  const graph = copy.graph!
  const scan = graph.node.find(({ opType }) => opType === 'Scan')
  const body = scan?.attribute.find(({ name }) => name === 'body')?.g
  const scans = Number(scan?.attribute.find(({ name }) => name === 'num_scan_inputs')?.i ?? 0)
  if (!scan || !body || scans !== 1 || scan.input.length !== 1) return { model: copy, lifted: null }
  const [first, ...rest] = body.node
  // The element gets its batch axis of one, and loses it at the end: neither is needed.
  if (first?.opType !== 'Reshape' || first.input[0] !== body.input[0]!.name)
    return { model: copy, lifted: null }
  renameValue(body, first.output[0]!, scan.input[0]!)
  scan.output.forEach((name, index) => {
    const given = body.output[index]!.name
    const last = rest.find(({ output }) => output[0] === given)!
    const made = last.input[0]!
    rest.splice(rest.indexOf(last), 1)
    renameValue(body, made, name)
  })
  graph.node = graph.node.flatMap((node) => (node === scan ? rest : [node]))
  graph.initializer.push(...body.initializer)
  graph.valueInfo = []
  return { model: copy, lifted: scan.input[0]! }
}
