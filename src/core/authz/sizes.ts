/** How large the values in a condition can become: lists and texts grow by `+`. */
import type { ASTNode } from '@marcbachmann/cel-js'

/** To join two lists, or to read a text that was joined, for each value of the largest size in it. */
export const JOIN_STEPS = 20

/** What `+` adds to the work of an operator that reads its operands once. */
export const joinedSteps = (operands: readonly ASTNode[]): number =>
  operands.reduce((sum, operand) => sum + JOIN_STEPS * (sizeOf(operand) - 1), 0)

/** Of an operator that reads each operand for every part of the others. */
export const product = (nodes: readonly ASTNode[]): number => nodes.reduce((size, node) => size * sizeOf(node), 1)

/**
 * The most that the value of a node holds, where the largest value of a field is 1. Lists and texts grow by `+`, and lists that
 * are written in the condition hold what their items hold.
 */
export function sizeOf(node: ASTNode): number {
  switch (node.op) {
    case '+':
      return sizeOf(node.args[0]) + sizeOf(node.args[1])
    case '?:':
      return Math.max(sizeOf(node.args[1]), sizeOf(node.args[2]))
    case '.':
    case '[]':
      return sizeOf(node.args[0])
    case 'list':
      return grown(node.args)
    case 'map':
      return grown(node.args.flat())
    case 'call':
      return grown(node.args[1])
    case 'rcall':
      return grown([node.args[1], ...node.args[2]])
    default:
      return 1
  }
}

/** A value that was not joined counts once: scalars are small, and a condition has at most MAX_NODES of them. */
const grown = (nodes: readonly ASTNode[]): number => nodes.reduce((size, node) => size + sizeOf(node) - 1, 1)
