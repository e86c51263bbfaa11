import type { NextFunction, Request, RequestHandler, Response, Router } from 'express';
import type { Role } from '../../database/tables.ts';
import type { Actor } from '../../operators/audit.ts';
import * as rules from '../../operators/roles.ts';
import { inScope, OutsideOfScope, type Scope, WholeNewsroomNeeded } from '../../operators/scope.ts';

/** A route that does not say who may use it. Thrown at the start, never at a request. */
export class RouteWithoutRule extends Error {
  override name = 'RouteWithoutRule';
}

// Takes any request, so that a route's own handlers still know their parameters.
type Rule = (req: unknown, res: Response, next: NextFunction) => void;
const known = new WeakMap<object, RuleFacts>();

/** What a rule asks for: the least role, and how far the caller must reach. */
export interface RuleFacts {
  /** Null: also people who are not signed in. */
  least: Role | null;
  reach: 'newsroom' | 'newsletter' | 'scoped' | 'open';
}

function rule(facts: RuleFacts, handler: Rule): Rule {
  known.set(handler, facts);
  return handler;
}

/** Notes who makes this request: the one place that says so, for the console and the API. */
export function setActor(res: Response, actor: Actor, role: Role, scope: Scope): void {
  res.locals.actor = actor;
  res.locals.role = role;
  res.locals.scope = scope;
}

/** Who makes this request, for the audit. Only behind a rule. */
export function actorOf(res: Response): Actor {
  const actor: Actor | undefined = res.locals.actor;
  if (!actor) throw new Error('This request has no actor: its route lacks requireRole().');
  return actor;
}

/** The role of the operator or token that makes this request. Only behind a rule. */
export const roleOf = (res: Response): Role => res.locals.role;

/** The newsletters that the operator or token of this request is bound to. Only behind a rule. */
export function scopeOf(res: Response): Scope {
  actorOf(res);
  return res.locals.scope;
}

/** Whether who makes this request may do what takes the role `least`: for pages that show no useless buttons. */
export const mayAct = (res: Response, least: Role): boolean => rules.mayAct(roleOf(res), least);

/**
 * The first handler of a route about the whole newsroom: lets in the role `least` and those above it, unless they are
 * bound to some newsletters. Throws RoleNeeded, WholeNewsroomNeeded.
 */
export function requireRole(least: Role): Rule {
  return rule({ least, reach: 'newsroom' }, (_req, res, next) => {
    check(res, least);
    if (scopeOf(res) !== null) throw new WholeNewsroomNeeded();
    next();
  });
}

/**
 * The first handler of a route about several newsletters, or about the caller alone: lets in the role `least` and those
 * above it. What the handler shows and changes is within `scopeOf(res)`. Throws RoleNeeded.
 */
export function requireScopedRole(least: Role): Rule {
  return rule({ least, reach: 'scoped' }, (_req, res, next) => {
    check(res, least);
    next();
  });
}

/**
 * The first handler of a route about one newsletter: `newsletterOf` finds its id by what the address names, undefined
 * where there is no such thing, which the handler then says itself. Throws RoleNeeded, OutsideOfScope.
 */
export function requireRoleIn(
  least: Role,
  newsletterOf: (params: Record<string, string>) => Promise<string | undefined>,
): Rule {
  return rule({ least, reach: 'newsletter' }, async (req, res, next) => {
    check(res, least);
    const scope = scopeOf(res);
    // those who are bound to none need not be looked up
    const newsletter =
      scope === null
        ? undefined
        : await newsletterOf((req as Request<Record<string, string>>).params);
    if (newsletter !== undefined && !inScope(scope, newsletter)) throw new OutsideOfScope();
    next();
  });
}

function check(res: Response, least: Role): void {
  actorOf(res);
  rules.requireRole(roleOf(res), least);
}

/** The first handler of a route that is there for people who are not signed in. */
export const openToAll: Rule = rule({ least: null, reach: 'open' }, (_req, _res, next) => next());

interface Layer {
  handle: RequestHandler & { stack?: Layer[] };
  route?: { path: string | string[]; stack: (Layer & { method?: string })[] };
}

/**
 * Checks that every route of a router, and of the routers in it, begins with one of the rules above.
 * Throws RouteWithoutRule with all that do not.
 */
export function checkRules(router: Router): void {
  const without = [...routesOf(router)].flatMap(({ rule, method, path }) =>
    rule ? [] : [`${method} ${path}`],
  );
  if (without.length > 0)
    throw new RouteWithoutRule(
      `These routes say of no role that it may use them: ${without.join(', ')}`,
    );
}

/** A route and its rule, where it has one. */
export interface RuledRoute {
  method: string;
  path: string;
  rule: RuleFacts | undefined;
}

/** Every route of a router, and of the routers in it. */
export function routesOf(router: Router): Generator<RuledRoute> {
  return routesIn(router.stack as unknown as Layer[]);
}

function* routesIn(stack: Layer[]): Generator<RuledRoute> {
  for (const { handle, route } of stack) {
    if (!route) {
      yield* routesIn(handle.stack ?? []);
      continue;
    }
    const methods = new Set(route.stack.map((layer) => layer.method ?? 'all'));
    for (const method of methods) {
      const first = route.stack.find((layer) => (layer.method ?? 'all') === method);
      const rule = first && known.get(first.handle);
      for (const path of [route.path].flat()) yield { method: method.toUpperCase(), path, rule };
    }
  }
}
