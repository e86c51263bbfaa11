import { dirname, relative, resolve } from 'node:path';

/**
 * For each room the rooms it may import, and for some packages the rooms that may use them. A name with `@` stands for
 * the rooms that `sets` has under it.
 */
interface Directions {
  sets: Record<string, string[]>;
  mayImport: Record<string, string[]>;
  packages: Record<string, string[]>;
}

// The part of ESLint's API that oxlint offers to a plugin and that this rule needs.
interface RuleContext {
  cwd: string;
  filename: string;
  options: unknown[];
  report(problem: { node: unknown; message: string }): void;
}
interface Importing {
  source: { value?: unknown } | null;
}

const contains = (room: string, path: string) => path === room || path.startsWith(`${room}/`);

/** The longest of the rooms that hold the file. */
function roomOf(path: string, rooms: string[]): string | undefined {
  return rooms
    .filter((room) => contains(room, path))
    .toSorted((a, b) => b.length - a.length)
    .at(0);
}

/** What is wrong with an import of `source` in `file` (a path from the root), or nothing. */
function fault(file: string, source: string, { sets, mayImport, packages }: Directions) {
  if (!source.startsWith('.')) {
    const name = source.split('/')[0] ?? source;
    const users = packages[name];
    if (!users || users.some((room) => contains(room, file))) return undefined;
    return `only ${users.join(', ')} may use the package ${name}`;
  }
  const rooms = Object.keys(mayImport);
  const room = roomOf(file, rooms);
  if (!room)
    return `${file} stands in no room of .oxlintrc.json: name its room and what it may import`;
  const target = relative('', resolve(dirname(file), source));
  if (roomOf(target, rooms) === room) return undefined;
  const allowed = mayImport[room]?.flatMap((name) => sets[name] ?? [name]);
  if (allowed?.some((other) => contains(other, target))) return undefined;
  return `${room} may not import ${target}`;
}

export default {
  meta: { name: 'house' },
  rules: {
    /** Imports run only in the directions that the table in .oxlintrc.json allows. */
    'import-directions': {
      meta: { schema: [{ type: 'object' }] },
      create(context: RuleContext) {
        const directions = context.options[0] as Directions;
        const file = relative(context.cwd, context.filename);
        const check = (node: Importing) => {
          const source = node.source?.value;
          const message = typeof source === 'string' ? fault(file, source, directions) : undefined;
          if (message) context.report({ node: node.source, message });
        };
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
          ImportExpression: check,
        };
      },
    },
  },
};
