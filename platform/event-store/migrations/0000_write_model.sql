CREATE TABLE "checkpoints" (
	"name" text PRIMARY KEY NOT NULL,
	"position" text NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"tenant" text NOT NULL,
	"stream_id" text NOT NULL,
	"version" integer NOT NULL,
	"tx" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"position" bigint GENERATED ALWAYS AS IDENTITY (sequence name "events_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"schema" integer NOT NULL,
	"type" text NOT NULL,
	"lane" text NOT NULL,
	"command_id" text NOT NULL,
	"actor" json NOT NULL,
	"at" text NOT NULL,
	"traceparent" text,
	"data" json,
	"sealed" "bytea",
	CONSTRAINT "events_tenant_stream_id_version_pk" PRIMARY KEY("tenant","stream_id","version"),
	CONSTRAINT "events_clear_or_sealed" CHECK (("events"."data" is null) <> ("events"."sealed" is null))
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"tenant" text NOT NULL,
	"command_id" text NOT NULL,
	"outcome" json NOT NULL,
	"handled_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_tenant_command_id_pk" PRIMARY KEY("tenant","command_id")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_members" (
	"group" text NOT NULL,
	"topic" text NOT NULL,
	"member" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "log_members_group_topic_member_pk" PRIMARY KEY("group","topic","member")
);
--> statement-breakpoint
CREATE TABLE "log_offsets" (
	"group" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"next_offset" bigint DEFAULT 0 NOT NULL,
	"owner" text,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone,
	CONSTRAINT "log_offsets_group_topic_partition_pk" PRIMARY KEY("group","topic","partition")
);
--> statement-breakpoint
CREATE TABLE "log_partitions" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"next_offset" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "log_partitions_topic_partition_pk" PRIMARY KEY("topic","partition")
);
--> statement-breakpoint
CREATE TABLE "log_records" (
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"key" text NOT NULL,
	"value" text NOT NULL,
	"headers" json,
	"appended_at" timestamp with time zone NOT NULL,
	CONSTRAINT "log_records_topic_partition_offset_pk" PRIMARY KEY("topic","partition","offset")
);
--> statement-breakpoint
CREATE TABLE "streams" (
	"tenant" text NOT NULL,
	"stream_id" text NOT NULL,
	"version" integer NOT NULL,
	"previous" integer NOT NULL,
	CONSTRAINT "streams_tenant_stream_id_pk" PRIMARY KEY("tenant","stream_id")
);
--> statement-breakpoint
CREATE TABLE "subject_keys" (
	"tenant" text NOT NULL,
	"stream_id" text NOT NULL,
	"key" "bytea" NOT NULL,
	CONSTRAINT "subject_keys_tenant_stream_id_pk" PRIMARY KEY("tenant","stream_id")
);
--> statement-breakpoint
CREATE TABLE "unique_claims" (
	"tenant" text NOT NULL,
	"name" text NOT NULL,
	"digest" text NOT NULL,
	"stream_id" text NOT NULL,
	CONSTRAINT "unique_claims_tenant_name_digest_pk" PRIMARY KEY("tenant","name","digest")
);
--> statement-breakpoint
CREATE INDEX "events_commit_order" ON "events" USING btree ("tx","position");--> statement-breakpoint
CREATE INDEX "unique_claims_stream" ON "unique_claims" USING btree ("tenant","stream_id");