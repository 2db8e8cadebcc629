import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ImportResult } from '../../../../pipelines/model/import-model.ts'
import { errorClass } from '../../../core/errors.ts'
import type { GraphValue } from '../../../onnx/read-model.ts'
import type { ImportOptions } from '../../model/model-options.ts'
import { registerCalibrate } from './calibrate.ts'
import { registerInstall } from './install.ts'
import { registerRegistry } from './register.ts'

interface Options {
  json?: boolean
}

export function registerModel(program: Command): void {
  const model = program.command('model').description('Import, inspect, list and promote models.')
  registerRegistry(model)
  registerCalibrate(model)
  registerInstall(model)

  model
    .command('import <file>')
    .description(
      'Make a model bundle of an ONNX file, a TensorFlow.js graph model (model.json) or a PyTorch checkpoint of a video ResNet (.pth): preprocessing moves into the graph, one clip is tried.',
    )
    .requiredOption('--name <slug>', 'name of the model')
    .requiredOption('--out <dir>', 'folder of the bundle')
    .option('--frames <n>', 'frames in a clip (of a clip model)')
    .requiredOption('--fps <n>', 'frames per second that the model was trained with')
    .requiredOption('--size <WxH>', 'size of a frame in pixels')
    .requiredOption('--layout <axes>', 'order of the input axes: NCTHW, NTCHW, NTHWC, NCHW or NHWC')
    .option(
      '--labels <file|coco|a,b,c>',
      'labels in the order of the scores; of a pose model its keypoints (default: those of COCO)',
    )
    .option('--stride <n>', 'frames between the starts of clips (default: half a clip)')
    .option('--mean <r,g,b>', 'mean of red, green, blue after scaling', '0,0,0')
    .option('--std <r,g,b>', 'deviation of red, green, blue after scaling', '1,1,1')
    .option('--scale <factor>', 'factor for the bytes before mean and std: 1/255 or 1', '1/255')
    .option('--order <order>', 'channel order of the model: rgb or bgr', 'rgb')
    .option(
      '--activation <kind>',
      'how scores become probabilities: softmax, sigmoid or none (default: softmax; none for a detector or pose model)',
    )
    .option(
      '--threshold <p>',
      'probability from which a label alerts, or a keypoint is sure (default: 0.5; 0.3 for a pose model)',
    )
    .option('--background <labels>', 'labels that never alert, separated by commas')
    .option('--kind <kind>', 'kind of model: clip, detector or pose (default: as --decode and --pose say)')
    .option(
      '--decode <head>',
      'output of a detector: yolox, yolo, boxes (suppressed in the graph), fastestdet or nanodet; of people with keypoints: movenet or yolo-pose',
    )
    .option('--pose <head>', 'output of a pose model: movenet, heatmaps or yolo')
    .option('--margin <share>', "what of the box's longer side a pose model sees beside a person")
    .option('--grid <grid>', 'where the last cell of heatmaps lies: cells or corners (default: cells)')
    .option('--fit <fit>', 'how a picture fits the detector: letterbox, letterbox-centre or stretch')
    .option('--strides <list>', 'strides of the grids of a yolox or nanodet detector', '8,16,32')
    .option('--least-score <p>', 'score under which candidates of a detector are dropped', '0.1')
    .option('--nms-iou <p>', 'overlap from which the weaker box is dropped, or none', '0.5')
    .option('--objectness', 'a yolo output has a score for any object before the classes (YOLOv5)')
    .option('--corners', 'boxes of a yolo output are two corners')
    .option('--shares', 'boxes are shares of the input instead of pixels')
    .option('--license <spdx>', 'licence of the model', 'NOASSERTION')
    .option('--model-version <version>', 'version of the model', '1.0.0')
    .option('--description <text>', 'what it recognises', '')
    .option('--input <name>', 'input of the graph that takes the pixels')
    .option('--output <name>', 'output of the graph with the scores, when there are several')
    .option('--force', 'replace a bundle that is there already')
    .option('--json', 'JSON output')
    .action(async (file: string, options: ImportOptions) => {
      const { parseImportOptions } = await import('../../model/model-options.ts')
      const { importModel } = await import('../../../../pipelines/model/import-model.ts')
      const result = await importModel(parseImportOptions(file, options))
      print(options.json ? JSON.stringify(result) : importLines(result).join('\n'))
    })

  model
    .command('inspect <path>')
    .description('Show what an ONNX file or a bundle holds.')
    .option('--json', 'JSON output')
    .action(async (path: string, options: Options) => {
      const { readModelFile } = await import('../../../../pipelines/model/read-model-file.ts')
      const { readModel } = await import('../../../onnx/read-model.ts')
      const { describeWholeModel, descriptionLines } = await import('../../model/describe-model.ts')
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      )
      const { loadBundle } = await import('../../../bundle/load-bundle.ts')
      const loaded = isFolder ? await loadBundle(path) : null
      const file = loaded?.graphPath ?? path
      const description = describeWholeModel(readModel(await readModelFile(file), file))
      if (options.json) return print(JSON.stringify({ bundle: loaded?.bundle ?? null, ...description }))
      const { stringify } = await import('yaml')
      const shown = loaded ? [stringify(loaded.bundle).trimEnd(), ''] : []
      print([...shown, ...descriptionLines(description)].join('\n'))
    })

  model
    .command('list')
    .description(
      'Show the models of a configuration, whether their bundles are whole, and the versions in the registry.',
    )
    .option('-c, --config <file>', 'configuration file', 'config/vireo.yaml')
    .option('--json', 'JSON output')
    .action(async (options: Options & { config: string }) => {
      const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
      const { listedModels, modelLines } = await import('../../../../pipelines/model/list-models.ts')
      const rows = await listedModels(loadConfigToRead(options.config))
      for (const row of rows) if ('code' in row) process.exitCode = errorClass(row.code).exitCode
      if (options.json) return print(JSON.stringify(rows))
      print(rows.length === 0 ? `${options.config}: no models` : rows.flatMap(modelLines).join('\n'))
    })
}

function importLines({
  dir,
  name,
  version,
  given,
  made,
  batch,
  batchReason,
  trial,
  warnings,
}: ImportResult): string[] {
  const values = (list: readonly GraphValue[]) =>
    list.map(({ name, type, shape }) => `${name} ${type} [${shape.join(', ')}]`).join('; ')
  const batches = {
    free: 'any number of clips in one run',
    lifted: 'any number of clips in one run (the fixed batch of 1 was lifted)',
    'one by one': `clips of a batch run one by one (the fixed batch of 1 could not be lifted: ${batchReason})`,
  }
  return [
    `${name} ${version} is in ${dir}`,
    `given       ${values(given.inputs)} -> ${values(given.outputs)}`,
    `made        ${values(made.inputs)} -> ${values(made.outputs)}`,
    `parameters  ${made.parameters.toLocaleString('en-GB')}`,
    `batch       ${batches[batch]}`,
    `one clip    ${trial.latencyMs} ms on the CPU; scores of noise from ${trial.lowest.toPrecision(3)} to ${trial.highest.toPrecision(3)}`,
    ...warnings.map((text) => `WARNING     ${text}`),
  ]
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
