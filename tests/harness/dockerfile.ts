import { matchesGlob } from 'node:path';

/** One line of a Dockerfile, with the stage that it belongs to. */
export interface Step {
  stage: string;
  instruction: string;
  argument: string;
}

/** Reads a Dockerfile into its steps; a stage has the name of its `AS`, the last one none. */
export function readDockerfile(text: string): Step[] {
  let stage = '';
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => {
      const [, instruction = '', argument = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      if (instruction === 'FROM') stage = / AS (\S+)$/.exec(argument)?.[1] ?? '';
      return { stage, instruction, argument };
    });
}

/** The command of CMD, RUN or HEALTHCHECK: a JSON array as it stands, else a line for the shell. */
export const commandOf = (argument: string): string[] =>
  argument.startsWith('[') ? (JSON.parse(argument) as string[]) : ['sh', '-ec', argument];

/** Whether a path of the build's context is kept out of it: the last rule that fits it or a folder above decides. */
export function isIgnored(path: string, dockerignore: string): boolean {
  const parts = path.split('/');
  const folders = parts.map((_, at) => parts.slice(0, at + 1).join('/'));
  const rules = dockerignore.split('\n').filter((line) => line.trim() && !line.startsWith('#'));
  const last = rules.findLast((rule) =>
    folders.some((folder) => matchesGlob(folder, rule.replace(/^!/, ''))),
  );
  return last !== undefined && !last.startsWith('!');
}
