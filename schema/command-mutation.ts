/** The shape that every mutation has. */
import type { CommandName, InputOf } from '../resolvers/commands/take-command.ts';
import { builder, type SchemaTypes } from './builder.ts';
import { hasOneEffect } from './effect.ts';
import { WaitEnum } from './enums.ts';
import { withMutations } from './late-mutations.ts';
import { CommandReceiptType } from './refs.ts';

type ExtendedTypes = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;
type InputObject<Input> = PothosSchemaTypes.InputObjectRef<ExtendedTypes, Input>;

/** An object, so that what is left out at the edge is found by its name (scripts/edge/bundle.ts). */
interface About {
  readonly description: string;
}

/** Adds the mutation for the command of that name. */
export function commandMutation<Name extends CommandName>(name: Name, input: InputObject<InputOf<Name>>, about: About): void {
  builder.mutationField(name, (t) =>
    t.field({
      type: CommandReceiptType,
      ...about,
      extensions: hasOneEffect,
      args: {
        input: t.arg({ type: input, required: true }),
        idempotencyKey: t.arg.string({
          description: 'The same key is the same command: sent again it has its effect once and gets the same receipt; with another body it is a conflict.',
        }),
        expectedVersion: t.arg.int({ description: 'Rejected with VERSION_CONFLICT where the version is another by then.' }),
        wait: t.arg({ type: WaitEnum, defaultValue: 'ACCEPTED' }),
      },
      resolve: (_root, args, context) => context.effect.run(() => withMutations(({ takeCommand }) => takeCommand(context, name, inputOf(input, args), args))),
    }),
  );
}

/** Pothos cannot see through a type that is still open here; the argument is of the type that was given to it. */
const inputOf = <Input>(_type: InputObject<Input>, args: object): Input => (args as { readonly input: Input }).input;
