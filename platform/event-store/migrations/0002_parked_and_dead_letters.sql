CREATE TABLE "dead_letters" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text,
	"stream_id" text,
	"command_id" text,
	"type" text,
	"group" text NOT NULL,
	"reason" text NOT NULL,
	"attempts" integer NOT NULL,
	"first_failed_at" timestamp with time zone NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"traceparent" text,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" text NOT NULL,
	"appended_at_ms" bigint NOT NULL,
	"key" text NOT NULL,
	"value" text,
	"cut_from" integer,
	"replays" integer DEFAULT 0 NOT NULL,
	"replayed_at" timestamp with time zone,
	"replayed_by" text
);
--> statement-breakpoint
CREATE TABLE "parked_commands" (
	"tenant" text NOT NULL,
	"stream_id" text NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "parked_commands_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"command_id" text NOT NULL,
	"lane" text NOT NULL,
	"envelope" text NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"first_failed_at" timestamp with time zone NOT NULL,
	"last_error" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" text NOT NULL,
	"appended_at_ms" bigint NOT NULL,
	CONSTRAINT "parked_commands_tenant_stream_id_seq_pk" PRIMARY KEY("tenant","stream_id","seq")
);
--> statement-breakpoint
CREATE INDEX "dead_letters_of_tenant" ON "dead_letters" USING btree ("tenant","at","id");--> statement-breakpoint
CREATE INDEX "dead_letters_of_stream" ON "dead_letters" USING btree ("tenant","stream_id");--> statement-breakpoint
CREATE INDEX "dead_letters_of_command" ON "dead_letters" USING btree ("tenant","command_id");--> statement-breakpoint
CREATE UNIQUE INDEX "parked_commands_command" ON "parked_commands" USING btree ("tenant","command_id");--> statement-breakpoint
CREATE INDEX "parked_commands_due" ON "parked_commands" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "events_commit_order_of_lane" ON "events" USING btree ("lane","tx","position");