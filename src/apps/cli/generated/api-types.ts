// Generated from the API's OpenAPI document; generate.test.ts makes it anew and compares.
// biome-ignore-all format: as the generator writes it
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the server up, and does its database answer? */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one may sign in here */
        get: operations["list_sign_in_methods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session of this browser, with the token its changes need; 401 without one */
        get: operations["get_session"];
        put?: never;
        /** Sign in with name and password, or with an API token; sets the session's cookie */
        post: operations["sign_in"];
        /** Sign out: the session ends on the server, and its cookie goes */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The second factor: the code of an authenticator app */
        post: operations["sign_in_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What `navigator.credentials.get` needs: any passkey of this site, or after a password one of the account */
        post: operations["begin_sign_in_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with what `navigator.credentials.get` gave; sets the session's cookie */
        post: operations["sign_in_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** To the identity provider */
        get: operations["start_oidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Back from the identity provider */
        get: operations["finish_oidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is, and what it may do where */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit log, newest first: who did what, when, from where, why, before and after
         * @description Needs the permission `audit:read` for the whole organisation.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Recompute the chain of hashes, and say where it breaks
         * @description Needs the permission `audit:read` for the whole organisation.
         */
        get: operations["verify_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What waits for a second person, and what was decided
         * @description Needs the permission `approvals:read`.
         */
        get: operations["list_approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Consent to what another person asked for, and run it now; takes the operation's own permission, too
         * @description Needs the permission `approvals:write`.
         */
        post: operations["approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse what was asked for; whoever asked may take it back so, too
         * @description Needs the permission `approvals:write`.
         */
        post: operations["reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approval-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What needs a second person, and where
         * @description Needs the permission `approvals:read`.
         */
        get: operations["get_approval_rules"];
        put?: never;
        /**
         * Say that something needs a second person, everywhere or in a project, or no longer does
         * @description Needs the permission `access:write` for the whole organisation.
         */
        post: operations["set_approval_rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/siem-sinks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the audit log is sent on to, how far it got, and how far behind each is
         * @description Needs the permission `audit:read` for the whole organisation.
         */
        get: operations["get_siem_sinks"];
        put?: never;
        /**
         * Send the audit log on, over syslog/TLS or HTTPS, in OCSF or CEF
         * @description Needs the permission `audit:write` for the whole organisation.
         */
        post: operations["create_siem_sink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/siem-sinks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Send nothing more there
         * @description Needs the permission `audit:write` for the whole organisation.
         */
        delete: operations["delete_siem_sink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Regions: where backups are kept
         * @description Needs the permission `regions:read`.
         */
        get: operations["list_regions"];
        put?: never;
        /**
         * Add a region; its storage is claimed for it
         * @description Needs the permission `regions:write` for the whole organisation.
         */
        post: operations["create_region"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One region, by id or name
         * @description Needs the permission `regions:read`.
         */
        get: operations["get_region"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions/{id}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give projects a master key of their own in a region, or none; those there change over when rotated
         * @description Needs the permission `keys:write` for the whole organisation.
         */
        post: operations["set_region_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write, lock, read and delete in a region's storage, and tell what it really does
         * @description Needs the permission `regions:write` for the whole organisation.
         */
        post: operations["test_region"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Projects: the tenants
         * @description Needs the permission `projects:read`.
         */
        get: operations["list_projects"];
        put?: never;
        /**
         * Add a project; its backups go to the region named first
         * @description Needs the permission `projects:write` for the whole organisation.
         */
        post: operations["create_project"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One project, by id or name
         * @description Needs the permission `projects:read`.
         */
        get: operations["get_project"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{id}/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how much a project may store in all regions together; a backup that would pass it is refused
         * @description Needs the permission `projects:write`.
         */
        post: operations["set_project_quota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Workloads: what there is to protect
         * @description Needs the permission `workloads:read`.
         */
        get: operations["list_workloads"];
        put?: never;
        /**
         * Add a workload; whatever policy its tags select protects it within a minute
         * @description Needs the permission `workloads:write`.
         */
        post: operations["create_workload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workload-tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tags in use, and how many workloads have each
         * @description Needs the permission `workloads:read`.
         */
        get: operations["list_workload_tags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workloads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One workload, by id, or by name when only one project has it
         * @description Needs the permission `workloads:read`.
         */
        get: operations["get_workload"];
        put?: never;
        post?: never;
        /**
         * Take a workload out of the inventory; its backups stay
         * @description Needs the permission `workloads:write`.
         */
        delete: operations["remove_workload"];
        options?: never;
        head?: never;
        /**
         * Change source, tags or exception of a workload
         * @description Needs the permission `workloads:write`.
         */
        patch: operations["update_workload"];
        trace?: never;
    };
    "/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Agents on hosts: version, health, last contact, backlog
         * @description Needs the permission `agents:read`.
         */
        get: operations["list_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One agent, by id or name
         * @description Needs the permission `agents:read`.
         */
        get: operations["get_agent"];
        put?: never;
        post?: never;
        /**
         * Revoke an agent: from now on it is refused; its backups stay
         * @description Needs the permission `agents:write`.
         */
        delete: operations["revoke_agent"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a token with which one host enrols, once; shown this once
         * @description Needs the permission `agents:write` for the whole organisation.
         */
        post: operations["create_agent_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How an application stands: RPO of each part, the backup that ties them together, its suppression log
         * @description Needs the permission `workloads:read`.
         */
        get: operations["get_application"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Entries of an application's suppression log: of one address, or the newest
         * @description Needs the permission `workloads:read`.
         */
        get: operations["find_suppressions"];
        put?: never;
        /**
         * Add addresses that must never be mailed again to an application's suppression log; nothing takes them out
         * @description Needs the permission `workloads:write`.
         */
        post: operations["record_suppressions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/wal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the streaming of write-ahead logs stands: how far, how old, and where there are holes
         * @description Needs the permission `workloads:read`.
         */
        get: operations["find_wal_archives"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/binlogs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the streaming of binary logs stands: how far, how old, and where there are holes
         * @description Needs the permission `workloads:read`.
         */
        get: operations["find_binlog_archives"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workloads/{id}/recovery-base": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The backup that a recovery of a database to a point begins with, and how far its log leads
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_recovery_base"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Policies: schedule, retention, copy and lock
         * @description Needs the permission `policies:read`.
         */
        get: operations["list_policies"];
        put?: never;
        /**
         * Add a policy, as YAML or JSON
         * @description Needs the permission `policies:write`.
         */
        post: operations["create_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One policy, by id or name
         * @description Needs the permission `policies:read`.
         */
        get: operations["get_policy"];
        put?: never;
        post?: never;
        /**
         * Delete a policy that is attached to nothing; its backups stay
         * @description Needs the permission `policies:write`.
         */
        delete: operations["delete_policy"];
        options?: never;
        head?: never;
        /**
         * Change a policy; makes a new version, and backups made before keep what theirs promised
         * @description Needs the permission `policies:write`.
         */
        patch: operations["update_policy"];
        trace?: never;
    };
    "/v1/policies/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every version of a policy, newest first; backups name the one that made them
         * @description Needs the permission `policies:read`.
         */
        get: operations["get_policy_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The next runs of a policy, and until when each backup would be kept and locked, and why
         * @description Needs the permission `policies:read`.
         */
        get: operations["preview_policy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The same for a policy that is not stored; nothing is
         * @description Needs the permission `policies:read`.
         */
        post: operations["preview_new_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a policy, as it is and as it would be, will keep, take and cost; nothing is changed
         * @description Needs the permission `policies:read`.
         */
        post: operations["simulate_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}/reattach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Evaluate a policy's selection now, and say what that changed
         * @description Needs the permission `policies:write`.
         */
        post: operations["reattach_policy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Attachments: which policy protects what
         * @description Needs the permission `policies:read`.
         */
        get: operations["list_attachments"];
        put?: never;
        /**
         * Attach a policy to whatever meets the target, now and later
         * @description Needs the permission `policies:write`.
         */
        post: operations["create_attachment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attachments/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Which workloads an attachment, or its removal, would bring to a policy or take from it; nothing is stored
         * @description Needs the permission `policies:read`.
         */
        post: operations["preview_attachment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Detach; backups that are made already stay
         * @description Needs the permission `policies:write`.
         */
        delete: operations["delete_attachment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Backups: recovery points, newest first; deleted ones only when the filter names a state
         * @description Needs the permission `backups:read`.
         */
        get: operations["list_backups"];
        put?: never;
        /**
         * Back a workload up now
         * @description Needs the permission `backups:write`.
         */
        post: operations["create_backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One backup in full: why it is kept, what went wrong, and its copies
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_backup"];
        put?: never;
        post?: never;
        /**
         * Delete a backup in all regions; it can be brought back for 14 days. An immutable one is refused
         * @description Needs the permission `backups:delete`.
         */
        delete: operations["delete_backup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}/bypass-delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete a backup in spite of its GOVERNANCE lock, on record; COMPLIANCE is refused all the same
         * @description Needs the permission `locks:bypass`.
         */
        post: operations["bypass_delete_backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}/undelete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring a deleted backup back, in every region that still has it
         * @description Needs the permission `backups:delete`.
         */
        post: operations["undelete_backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/copies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Copies: backups in another region, newest first
         * @description Needs the permission `backups:read`.
         */
        get: operations["list_copies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/copies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One copy
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_copy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Restores, newest first
         * @description Needs the permission `restores:read`.
         */
        get: operations["list_restores"];
        put?: never;
        /**
         * Restore a backup; with dry_run the plan: what would be written, overwritten and deleted
         * @description Needs the permission `restores:write` or, with less, `restores:sandbox`.
         */
        post: operations["create_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restores/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One restore, with what could not be restored
         * @description Needs the permission `restores:read`.
         */
        get: operations["get_restore"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Verifications of backups and copies, newest first
         * @description Needs the permission `backups:read`.
         */
        get: operations["list_verifications"];
        put?: never;
        /**
         * Read every byte of a backup or of its copy, and say whether it would restore
         * @description Needs the permission `backups:verify`.
         */
        post: operations["create_verification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One verification with its findings
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_verification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every workload: protected, excepted or at risk, and what to do
         * @description Needs the permission `workloads:read`.
         */
        get: operations["get_coverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One look at everything: coverage, RPO by policy, the runs of the last 24 hours, storage
         * @description Needs the permission `workloads:read`.
         */
        get: operations["get_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/storage-growth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is stored by tier, as measured on each of the last 90 days, and what it will probably be
         * @description Needs the permission `workloads:read`.
         */
        get: operations["get_storage_growth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replication": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the second region is behind, for each pair of regions
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_replication_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/region-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Limits and windows of the ways that copies take between regions, where any were said
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_region_links"];
        put?: never;
        /**
         * Limit the copies from one region to another: bytes a second, hours of the day; what is left out stays
         * @description Needs the permission `regions:write`.
         */
        post: operations["set_region_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalog/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring the catalog in line with the signed manifests that the regions hold; takes nothing away
         * @description Needs the permission `catalog:write` for the whole organisation.
         */
        post: operations["rebuild_catalog"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Free what no backup of a project needs any more in one region, beside everything that runs
         * @description Needs the permission `sweeps:write`.
         */
        post: operations["create_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sweeps/bypass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The same in spite of GOVERNANCE locks on what nobody needs; put on record
         * @description Needs the permission `locks:bypass`.
         */
        post: operations["create_bypass_sweep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A folder of a backup, by the order of its names' bytes
         * @description Needs the permission `files:read`.
         */
        get: operations["get_folder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}/files/entry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One entry of a backup: a file, a folder, a link
         * @description Needs the permission `files:read`.
         */
        get: operations["get_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}/files/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Names below a folder of a backup
         * @description Needs the permission `files:read`.
         */
        get: operations["find_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A name in all backups of a workload, newest backup first
         * @description Needs the permission `files:read`.
         */
        get: operations["search_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{id}/files/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Bytes of a file, all of them or a Range; or a folder as a tar archive. On record with name and path
         * @description Needs the permission `files:read`.
         */
        get: operations["read_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Legal holds, newest first, released ones included
         * @description Needs the permission `holds:read`.
         */
        get: operations["list_holds"];
        put?: never;
        /**
         * Set a legal hold on a backup, or on all backups of a workload: nothing of it is deleted until it is released
         * @description Needs the permission `holds:write`.
         */
        post: operations["create_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One legal hold
         * @description Needs the permission `holds:read`.
         */
        get: operations["get_hold"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Release a legal hold; what kept the backups before keeps them again
         * @description Needs the permission `holds:release`.
         */
        post: operations["release_hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tiers/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a tier run would move in one region, why the rest stays, and what it would save
         * @description Needs the permission `backups:read`.
         */
        get: operations["plan_tiers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tiers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the packs of each project stand in each region, as of its last tier run
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_tier_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tiers/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move packs to the tiers their backups need, in one region; the server does it once a day
         * @description Needs the permission `tiers:write`.
         */
        post: operations["run_tiers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/regions/{id}/tiers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say what a region's tiers are, cost and ask for; what is left out stays
         * @description Needs the permission `regions:write`.
         */
        post: operations["set_region_tiers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/thaws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Thaws of cold backups, newest first
         * @description Needs the permission `backups:read`.
         */
        get: operations["find_thaws"];
        put?: never;
        /**
         * Make a cold backup readable for a while; a dry run tells time and cost. A restore does it by itself
         * @description Needs the permission `backups:verify`.
         */
        post: operations["create_thaw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Jobs: everything that takes longer than a request, newest first
         * @description Needs the permission `jobs:read`.
         */
        get: operations["list_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One job with its steps
         * @description Needs the permission `jobs:read`.
         */
        get: operations["get_job"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a job to stop at its next safe point
         * @description Needs the permission `jobs:write`.
         */
        post: operations["cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drill-classes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Classes of workloads with their RTO and RPO
         * @description Needs the permission `drills:read`.
         */
        get: operations["get_drill_classes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drill-classes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change what a class promises; drills that ran keep what they were measured against
         * @description Needs the permission `drill_classes:write` for the whole organisation.
         */
        patch: operations["change_drill_class"];
        trace?: never;
    };
    "/v1/drill-plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Drill plans by name
         * @description Needs the permission `drills:read`.
         */
        get: operations["list_drill_plans"];
        put?: never;
        /**
         * Drill workloads at a cadence from now on
         * @description Needs the permission `drills:write`.
         */
        post: operations["create_drill_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drill-plans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One drill plan, by id or name: what it would drill now, and what became of its last times
         * @description Needs the permission `drills:read`.
         */
        get: operations["get_drill_plan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drill-plans/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a plan begin anew from now
         * @description Needs the permission `drills:write`.
         */
        post: operations["enable_drill_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drill-plans/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a plan rest; its drills stay
         * @description Needs the permission `drills:write`.
         */
        post: operations["disable_drill_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Drills, newest first
         * @description Needs the permission `drills:read`.
         */
        get: operations["list_drills"];
        put?: never;
        /**
         * Drill a workload now: restore a backup of it into a sandbox, validate, measure
         * @description Needs the permission `drills:write`.
         */
        post: operations["create_drill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drills/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One drill: steps with their times, validations, findings, deviations
         * @description Needs the permission `drills:read`.
         */
        get: operations["get_drill"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proofs/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many workloads are proven to restore; RTO and RPO as measured, by class
         * @description Needs the permission `drills:read`.
         */
        get: operations["get_proof_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recovery-kit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The recovery kit that was made last: where the regions are, and what brings them back
         * @description Needs the permission `recovery:read` for the whole organisation.
         */
        get: operations["get_recovery_kit"];
        put?: never;
        /**
         * Make the recovery kit anew, of the regions there are now
         * @description Needs the permission `recovery:write` for the whole organisation.
         */
        post: operations["create_recovery_kit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recovery-drills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Drills of the control plane, newest first
         * @description Needs the permission `recovery:read` for the whole organisation.
         */
        get: operations["list_recovery_drills"];
        put?: never;
        /**
         * Drill the control plane now: build it anew from the regions and the kit, and compare
         * @description Needs the permission `recovery:write` for the whole organisation.
         */
        post: operations["create_recovery_drill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is to be done after drills, soonest due first
         * @description Needs the permission `drills:read`.
         */
        get: operations["list_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tasks/{id}/done": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that a task is done
         * @description Needs the permission `drills:write`.
         */
        post: operations["complete_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reports, newest first
         * @description Needs the permission `reports:read`.
         */
        get: operations["list_reports"];
        put?: never;
        /**
         * Make a report of a window (by default the last 30 days), or of a drill
         * @description Needs the permission `reports:write`.
         */
        post: operations["create_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One report: its figures, the records behind them, its files
         * @description Needs the permission `reports:read`.
         */
        get: operations["get_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/{id}/files/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file of a report
         * @description Needs the permission `reports:read`.
         */
        get: operations["get_report_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/report-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who gets which reports by themselves, over which channel
         * @description Needs the permission `reports:read` for the whole organisation.
         */
        get: operations["list_report_subscriptions"];
        put?: never;
        /**
         * Send reports of these kinds over a channel whenever they are made
         * @description Needs the permission `report_subscriptions:write` for the whole organisation.
         */
        post: operations["create_report_subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/report-subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Send no further reports
         * @description Needs the permission `report_subscriptions:write` for the whole organisation.
         */
        delete: operations["delete_report_subscription"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/evidence/head": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest signed head of the evidence log, and the key to pin
         * @description Needs the permission `evidence:read`.
         */
        get: operations["get_evidence_head"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/evidence/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A bundle of records that proves itself offline: records, proofs, signed heads, public key
         * @description Needs the permission `evidence:read`.
         */
        get: operations["export_evidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Master keys with their versions
         * @description Needs the permission `keys:read` for the whole organisation.
         */
        get: operations["get_keys"];
        put?: never;
        /**
         * Make a project's master key before its first backup would
         * @description Needs the permission `keys:write`.
         */
        post: operations["create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One master key, by its id or by id or name of its project, and who may use it
         * @description Needs the permission `keys:read`.
         */
        get: operations["get_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a key, or one version of it, out of use
         * @description Needs the permission `keys:write`.
         */
        post: operations["disable_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use it again
         * @description Needs the permission `keys:write`.
         */
        post: operations["enable_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a principal use a key
         * @description Needs the permission `keys:write`.
         */
        post: operations["grant_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deny a principal the use of a key
         * @description Needs the permission `keys:write`.
         */
        post: operations["revoke_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/key-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key manager's own log of every use and change, oldest first
         * @description Needs the permission `keys:read` for the whole organisation.
         */
        get: operations["get_key_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/key-events/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Recompute the hash chain of the key manager's log, and compare it with an entry somebody remembers
         * @description Needs the permission `keys:read` for the whole organisation.
         */
        get: operations["verify_key_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alerts, newest first
         * @description Needs the permission `alerts:read`.
         */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One alert with its clocks and its history
         * @description Needs the permission `alerts:read`.
         */
        get: operations["get_alert"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * I have it: nobody else is paged
         * @description Needs the permission `alerts:write`.
         */
        post: operations["acknowledge_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close by hand; quiet until more is hurt or the cause has gone and come back
         * @description Needs the permission `alerts:write`.
         */
        post: operations["resolve_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/mark": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that one of its clocks is met: the customer was told, the root cause found
         * @description Needs the permission `alerts:write`.
         */
        post: operations["mark_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Business days, hours and holidays that a project's clocks go by
         * @description Needs the permission `alerts:read`.
         */
        get: operations["get_calendar"];
        put?: never;
        /**
         * Set the calendar of a project, or that of all projects without their own
         * @description Needs the permission `alerts:write`.
         */
        post: operations["set_calendar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oncall": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is on call now, until when, and who is next
         * @description Needs the permission `oncall:read`.
         */
        get: operations["get_oncall"];
        put?: never;
        /**
         * Replace people, rotations and escalation
         * @description Needs the permission `oncall:write`.
         */
        post: operations["set_oncall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oncall/overrides": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Somebody else takes over for a while
         * @description Needs the permission `oncall:write`.
         */
        post: operations["create_oncall_override"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oncall/overrides/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take an override back: the rotation counts again
         * @description Needs the permission `oncall:write`.
         */
        delete: operations["delete_oncall_override"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oncall/shifts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is on call when, from a day ago until two weeks ahead
         * @description Needs the permission `oncall:read`.
         */
        get: operations["list_oncall_shifts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Channels, and whether they deliver
         * @description Needs the permission `oncall:read`.
         */
        get: operations["list_channels"];
        put?: never;
        /**
         * Add a channel; secrets by reference only
         * @description Needs the permission `oncall:write`.
         */
        post: operations["create_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a channel that nobody is reached over
         * @description Needs the permission `oncall:write`.
         */
        delete: operations["delete_channel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/channels/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test message; follow it at /v1/deliveries/{id}
         * @description Needs the permission `oncall:write`.
         */
        post: operations["test_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was told to whom, and whether it arrived
         * @description Needs the permission `oncall:read`.
         */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One delivery
         * @description Needs the permission `oncall:read`.
         */
        get: operations["get_delivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All roles: names for permissions
         * @description Needs the permission `access:read`.
         */
        get: operations["get_roles"];
        put?: never;
        /**
         * Make a role of permissions that one has oneself
         * @description Needs the permission `access:write` for the whole organisation.
         */
        post: operations["create_role"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One role, by name
         * @description Needs the permission `access:read`.
         */
        get: operations["get_role"];
        put?: never;
        post?: never;
        /**
         * Delete a role that is granted to nobody
         * @description Needs the permission `access:write` for the whole organisation.
         */
        delete: operations["delete_role"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bindings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who was granted which role where
         * @description Needs the permission `access:read` for the whole organisation.
         */
        get: operations["list_bindings"];
        put?: never;
        /**
         * Grant a role to a user, group, service account or token: everywhere, in a project, or to tagged workloads
         * @description Needs the permission `access:write` for the whole organisation.
         */
        post: operations["create_binding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bindings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a role back
         * @description Needs the permission `access:write` for the whole organisation.
         */
        delete: operations["delete_binding"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * May someone do something, and why
         * @description Needs the permission `access:read` for the whole organisation.
         */
        get: operations["check_access"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * API tokens, with their last use; never their secrets
         * @description Needs the permission `access:read` for the whole organisation.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Make an API token; its secret is shown this once
         * @description Needs the permission `access:write` for the whole organisation.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token: from now on it is refused
         * @description Needs the permission `access:write` for the whole organisation.
         */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * People and service accounts
         * @description Needs the permission `access:read` for the whole organisation.
         */
        get: operations["list_users"];
        put?: never;
        /**
         * Add a local user, or a service account
         * @description Needs the permission `access:write` for the whole organisation.
         */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One user, by id or name
         * @description Needs the permission `access:read` for the whole organisation.
         */
        get: operations["get_user"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a user: groups, password, disabled; a new password ends all its sessions
         * @description Needs the permission `access:write` for the whole organisation.
         */
        patch: operations["update_user"];
        trace?: never;
    };
    "/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One's own passkeys
         * @description Needs the permission `self:read`.
         */
        get: operations["list_passkeys"];
        put?: never;
        /**
         * Keep what `navigator.credentials.create` gave: from now on one may sign in with it
         * @description Needs the permission `self:write`.
         */
        post: operations["add_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What `navigator.credentials.create` needs; takes the password once more
         * @description Needs the permission `self:write`.
         */
        post: operations["begin_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/passkeys/{id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take one's own passkey away; the last second factor only in a session that was opened with one
         * @description Needs the permission `self:write`.
         */
        post: operations["remove_passkey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin with a second factor: a secret for an authenticator app; it counts once a code confirms it
         * @description Needs the permission `self:write`.
         */
        post: operations["enrol_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the second factor with a code; from the next sign-in on it is asked for
         * @description Needs the permission `self:write`.
         */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change one's own password; ends all other sessions
         * @description Needs the permission `self:write`.
         */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/identity-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Identity providers as holdfast.yaml names them, and the groups that people came with
         * @description Needs the permission `access:read` for the whole organisation.
         */
        get: operations["get_identity_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/identity-providers/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the identity provider for its metadata, as a sign-in does
         * @description Needs the permission `access:write` for the whole organisation.
         */
        post: operations["test_identity_provider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest rotation of each project: what is done, what is left, what is locked and until when
         * @description Needs the permission `keys:read`.
         */
        get: operations["get_rotations"];
        put?: never;
        /**
         * Rotate a project's key; with `dry_run` the plan: what would be sealed anew, and what is locked
         * @description Needs the permission `keys:write`.
         */
        post: operations["create_rotation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/key-retirements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Destroy an old version of a key after 30 days; fails when anything still depends on it
         * @description Needs the permission `keys:write`.
         */
        post: operations["create_key_retirement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/key-schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How often a project's key is rotated, and when next
         * @description Needs the permission `keys:read`.
         */
        get: operations["get_key_schedule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/key-schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set how often a project's key is rotated
         * @description Needs the permission `keys:write`.
         */
        post: operations["set_key_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{id}/shred": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make everything of a project unreadable for good; refused while a lock or a legal hold runs
         * @description Needs the permission `projects:shred`.
         */
        post: operations["shred_project"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Requests for help with a restore, newest first
         * @description Needs the permission `incidents:read`.
         */
        get: operations["list_incidents"];
        put?: never;
        /**
         * Ask for help with a restore; the response clock starts
         * @description Needs the permission `incidents:write`.
         */
        post: operations["open_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One incident with its timeline, and as a document
         * @description Needs the permission `incidents:read`.
         */
        get: operations["get_incident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Respond, note, link restores and alerts, say whether a success criterion is met
         * @description Needs the permission `incidents:write`.
         */
        post: operations["update_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close with a debrief, once every success criterion has been looked at
         * @description Needs the permission `incidents:write`.
         */
        post: operations["close_incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/anomalies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Backups that look like encryption or mass deletion
         * @description Needs the permission `backups:read`.
         */
        get: operations["list_anomalies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/anomalies/{id}/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * It was meant to be: the hold on the last clean backup ends
         * @description Needs the permission `anomalies:write`.
         */
        post: operations["dismiss_anomaly"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the deep reads have come: every pack is read whole within the set time
         * @description Needs the permission `backups:read`.
         */
        get: operations["get_ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/integrity-reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signed account of each day: every slot, and the structure of every backup
         * @description Needs the permission `backups:read`.
         */
        get: operations["list_integrity_reports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a project stored and moved in a month, measured hour by hour
         * @description Needs the permission `usage:read`.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The price book: every price with the day from which it holds, and what a tier drives
         * @description Needs the permission `billing:read`.
         */
        get: operations["find_prices"];
        put?: never;
        /**
         * Add a price that holds from a day on
         * @description Needs the permission `billing:write` for the whole organisation.
         */
        post: operations["add_price"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What projects have subscribed to, and had
         * @description Needs the permission `billing:read`.
         */
        get: operations["find_subscriptions"];
        put?: never;
        /**
         * Set a project's subscription from a day on; key rotation and restore assists follow from its tier
         * @description Needs the permission `billing:write` for the whole organisation.
         */
        post: operations["set_subscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invoices and credit notes, newest first
         * @description Needs the permission `billing:read`.
         */
        get: operations["find_invoices"];
        put?: never;
        /**
         * Invoice a project's month; a dry run shows it
         * @description Needs the permission `billing:write` for the whole organisation.
         */
        post: operations["create_invoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One invoice with its lines, and as CSV
         * @description Needs the permission `billing:read`.
         */
        get: operations["get_invoice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What projects may cost in a month, and what the running one costs so far
         * @description Needs the permission `billing:read`.
         */
        get: operations["get_budgets"];
        put?: never;
        /**
         * Say what a project may cost in a month before somebody is told; nothing is stopped
         * @description Needs the permission `billing:write` for the whole organisation.
         */
        post: operations["set_budget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One invoice as PDF
         * @description Needs the permission `billing:read`.
         */
        get: operations["get_invoice_pdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/recomputation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compute an invoice again from the usage records, and with corrections that came later
         * @description Needs the permission `billing:read`.
         */
        get: operations["recompute_invoice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/credit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back an invoice, or a part of it, with a credit note
         * @description Needs the permission `billing:write` for the whole organisation.
         */
        post: operations["credit_invoice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that happens, as server-sent events (CloudEvents in `data`), without end */
        get: operations["stream_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One job's events and progress as server-sent events, up to its end
         * @description `progress` events carry no id: state, and bytes, files, rate and time left. Ends with an `end` event that holds the job.
         */
        get: operations["stream_job_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures in the text format of Prometheus, of the projects that the caller may see
         * @description Needs the permission `metrics:read`.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: never;
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        version: string;
                    };
                };
            };
        };
    };
    list_sign_in_methods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        password: boolean;
                        passkey: boolean;
                        token: boolean;
                        oidc: {
                            name: string;
                            start_url: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "signed_in";
                        csrf_token: string;
                        method: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        idle_expires_at: string;
                        me: {
                            /** @enum {string} */
                            kind: "token" | "user" | "service_account";
                            id: string;
                            name: string;
                            display_name: string;
                            groups: string[];
                            grants: {
                                role: string;
                                project_id: string | null;
                                tags: {
                                    [key: string]: string;
                                } | null;
                            }[];
                            permissions: string[];
                            organisation_permissions: string[];
                            projects: {
                                id: string;
                                name: string;
                                permissions: string[];
                            }[] | null;
                            totp: boolean;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    password: string;
                } | {
                    token: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "signed_in";
                        csrf_token: string;
                        method: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        idle_expires_at: string;
                        me: {
                            /** @enum {string} */
                            kind: "token" | "user" | "service_account";
                            id: string;
                            name: string;
                            display_name: string;
                            groups: string[];
                            grants: {
                                role: string;
                                project_id: string | null;
                                tags: {
                                    [key: string]: string;
                                } | null;
                            }[];
                            permissions: string[];
                            organisation_permissions: string[];
                            projects: {
                                id: string;
                                name: string;
                                permissions: string[];
                            }[] | null;
                            totp: boolean;
                        };
                    } | {
                        /** @enum {string} */
                        status: "second_factor";
                        challenge: string;
                        methods: ("totp" | "passkey")[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "signed_out";
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    sign_in_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    challenge: string;
                    code: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "signed_in";
                        csrf_token: string;
                        method: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        idle_expires_at: string;
                        me: {
                            /** @enum {string} */
                            kind: "token" | "user" | "service_account";
                            id: string;
                            name: string;
                            display_name: string;
                            groups: string[];
                            grants: {
                                role: string;
                                project_id: string | null;
                                tags: {
                                    [key: string]: string;
                                } | null;
                            }[];
                            permissions: string[];
                            organisation_permissions: string[];
                            projects: {
                                id: string;
                                name: string;
                                permissions: string[];
                            }[] | null;
                            totp: boolean;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    begin_sign_in_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    challenge?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        challenge: string | null;
                        options: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    sign_in_passkey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    challenge: string;
                    credential: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "signed_in";
                        csrf_token: string;
                        method: string;
                        /** Format: date-time */
                        expires_at: string;
                        /** Format: date-time */
                        idle_expires_at: string;
                        me: {
                            /** @enum {string} */
                            kind: "token" | "user" | "service_account";
                            id: string;
                            name: string;
                            display_name: string;
                            groups: string[];
                            grants: {
                                role: string;
                                project_id: string | null;
                                tags: {
                                    [key: string]: string;
                                } | null;
                            }[];
                            permissions: string[];
                            organisation_permissions: string[];
                            projects: {
                                id: string;
                                name: string;
                                permissions: string[];
                            }[] | null;
                            totp: boolean;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    start_oidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description to the provider, or into the console */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    finish_oidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description to the provider, or into the console */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "token" | "user" | "service_account";
                        id: string;
                        name: string;
                        display_name: string;
                        groups: string[];
                        grants: {
                            role: string;
                            project_id: string | null;
                            tags: {
                                [key: string]: string;
                            } | null;
                        }[];
                        permissions: string[];
                        organisation_permissions: string[];
                        projects: {
                            id: string;
                            name: string;
                            permissions: string[];
                        }[] | null;
                        totp: boolean;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            sequence: number;
                            /** Format: date-time */
                            time: string;
                            actor_kind: string;
                            actor_id: string;
                            actor_name: string;
                            address: string;
                            user_agent: string;
                            action: string;
                            method: string;
                            path: string;
                            project_id: string | null;
                            subject: string | null;
                            /** @enum {string} */
                            outcome: "DONE" | "REFUSED" | "PENDING_APPROVAL";
                            status: number;
                            reason: string | null;
                            request: {
                                [key: string]: unknown;
                            } | null;
                            before: {
                                [key: string]: unknown;
                            } | null;
                            after: {
                                [key: string]: unknown;
                            } | null;
                            request_id: string;
                            prev_hash: string;
                            hash: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    verify_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        valid: boolean;
                        entries: number;
                        head: {
                            sequence: number;
                            hash: string;
                        };
                        broken_at: number | null;
                        detail: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_approvals: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            /** @enum {string} */
                            kind: "in_place_restore" | "delete" | "retention_shortening" | "lock_bypass" | "emergency_rotation";
                            operation_id: string;
                            path: string;
                            body: {
                                [key: string]: unknown;
                            } | null;
                            project_id: string | null;
                            requested_by: string;
                            reason: string | null;
                            /** @enum {string} */
                            state: "PENDING" | "APPROVED" | "REJECTED" | "EXPIRED";
                            decided_by: string | null;
                            result: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string;
                            decided_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    approve: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "in_place_restore" | "delete" | "retention_shortening" | "lock_bypass" | "emergency_rotation";
                        operation_id: string;
                        path: string;
                        body: {
                            [key: string]: unknown;
                        } | null;
                        project_id: string | null;
                        requested_by: string;
                        reason: string | null;
                        /** @enum {string} */
                        state: "PENDING" | "APPROVED" | "REJECTED" | "EXPIRED";
                        decided_by: string | null;
                        result: {
                            [key: string]: unknown;
                        } | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        expires_at: string;
                        decided_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    reject: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "in_place_restore" | "delete" | "retention_shortening" | "lock_bypass" | "emergency_rotation";
                        operation_id: string;
                        path: string;
                        body: {
                            [key: string]: unknown;
                        } | null;
                        project_id: string | null;
                        requested_by: string;
                        reason: string | null;
                        /** @enum {string} */
                        state: "PENDING" | "APPROVED" | "REJECTED" | "EXPIRED";
                        decided_by: string | null;
                        result: {
                            [key: string]: unknown;
                        } | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        expires_at: string;
                        decided_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_approval_rules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @enum {string} */
                            kind: "in_place_restore" | "delete" | "retention_shortening" | "lock_bypass" | "emergency_rotation";
                            project_id: string | null;
                        }[];
                        next_page_token: null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_approval_rule: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "in_place_restore" | "delete" | "retention_shortening" | "lock_bypass" | "emergency_rotation";
                    project?: string;
                    required: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "in_place_restore" | "delete" | "retention_shortening" | "lock_bypass" | "emergency_rotation";
                        project?: string;
                        required: boolean;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_siem_sinks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            /** @enum {string} */
                            kind: "syslog" | "https";
                            /** @enum {string} */
                            format: "ocsf" | "cef";
                            config: {
                                [key: string]: unknown;
                            };
                            has_secret: boolean;
                            cursor: number;
                            sent_count: number;
                            backlog: number;
                            oldest_unsent_at: string | null;
                            failures_in_row: number;
                            /** Format: date-time */
                            next_at: string;
                            last_ok_at: string | null;
                            last_error: string | null;
                            last_error_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                            created_by: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_siem_sink: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {string} */
                    format: "ocsf" | "cef";
                    to: {
                        /** @enum {string} */
                        kind: "syslog";
                        host: string;
                        port: number;
                        ca_file?: string;
                    } | {
                        /** @enum {string} */
                        kind: "https";
                        /** Format: uri */
                        url: string;
                        ca_file?: string;
                    };
                    secret_ref?: string;
                    from_start?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "syslog" | "https";
                        /** @enum {string} */
                        format: "ocsf" | "cef";
                        config: {
                            [key: string]: unknown;
                        };
                        has_secret: boolean;
                        cursor: number;
                        sent_count: number;
                        backlog: number;
                        oldest_unsent_at: string | null;
                        failures_in_row: number;
                        /** Format: date-time */
                        next_at: string;
                        last_ok_at: string | null;
                        last_error: string | null;
                        last_error_at: string | null;
                        /** Format: date-time */
                        created_at: string;
                        created_by: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_siem_sink: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "syslog" | "https";
                        /** @enum {string} */
                        format: "ocsf" | "cef";
                        config: {
                            [key: string]: unknown;
                        };
                        has_secret: boolean;
                        cursor: number;
                        sent_count: number;
                        backlog: number;
                        oldest_unsent_at: string | null;
                        failures_in_row: number;
                        /** Format: date-time */
                        next_at: string;
                        last_ok_at: string | null;
                        last_error: string | null;
                        last_error_at: string | null;
                        /** Format: date-time */
                        created_at: string;
                        created_by: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_regions: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            country: string;
                            store: {
                                /** @enum {string} */
                                kind: "fs";
                                /** Format: starts_with */
                                path: string;
                                quota_bytes?: number;
                                thaw_seconds?: number;
                            } | {
                                /** @enum {string} */
                                kind: "s3";
                                bucket: string;
                                /** Format: uri */
                                endpoint?: string;
                                s3_region?: string;
                                path_style?: boolean;
                                /** Format: starts_with */
                                ca_file?: string;
                                credentials: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                    profile?: string;
                                };
                                classes?: {
                                    hot?: string;
                                    warm?: string;
                                    cold?: string;
                                };
                                prefix: string;
                            };
                            own_keys: boolean;
                            revision: number;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_region: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    country: string;
                    store: {
                        /** @enum {string} */
                        kind: "fs";
                        /** Format: starts_with */
                        path: string;
                        quota_bytes?: number;
                        thaw_seconds?: number;
                    } | {
                        /** @enum {string} */
                        kind: "s3";
                        bucket: string;
                        /** Format: uri */
                        endpoint?: string;
                        s3_region?: string;
                        path_style?: boolean;
                        /** Format: starts_with */
                        ca_file?: string;
                        credentials: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                            profile?: string;
                        };
                        classes?: {
                            hot?: string;
                            warm?: string;
                            cold?: string;
                        };
                        prefix: string;
                    };
                    own_keys?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        country: string;
                        store: {
                            /** @enum {string} */
                            kind: "fs";
                            /** Format: starts_with */
                            path: string;
                            quota_bytes?: number;
                            thaw_seconds?: number;
                        } | {
                            /** @enum {string} */
                            kind: "s3";
                            bucket: string;
                            /** Format: uri */
                            endpoint?: string;
                            s3_region?: string;
                            path_style?: boolean;
                            /** Format: starts_with */
                            ca_file?: string;
                            credentials: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                                profile?: string;
                            };
                            classes?: {
                                hot?: string;
                                warm?: string;
                                cold?: string;
                            };
                            prefix: string;
                        };
                        own_keys: boolean;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_region: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        country: string;
                        store: {
                            /** @enum {string} */
                            kind: "fs";
                            /** Format: starts_with */
                            path: string;
                            quota_bytes?: number;
                            thaw_seconds?: number;
                        } | {
                            /** @enum {string} */
                            kind: "s3";
                            bucket: string;
                            /** Format: uri */
                            endpoint?: string;
                            s3_region?: string;
                            path_style?: boolean;
                            /** Format: starts_with */
                            ca_file?: string;
                            credentials: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                                profile?: string;
                            };
                            classes?: {
                                hot?: string;
                                warm?: string;
                                cold?: string;
                            };
                            prefix: string;
                        };
                        own_keys: boolean;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_region_keys: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    own_keys: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        country: string;
                        store: {
                            /** @enum {string} */
                            kind: "fs";
                            /** Format: starts_with */
                            path: string;
                            quota_bytes?: number;
                            thaw_seconds?: number;
                        } | {
                            /** @enum {string} */
                            kind: "s3";
                            bucket: string;
                            /** Format: uri */
                            endpoint?: string;
                            s3_region?: string;
                            path_style?: boolean;
                            /** Format: starts_with */
                            ca_file?: string;
                            credentials: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                                profile?: string;
                            };
                            classes?: {
                                hot?: string;
                                warm?: string;
                                cold?: string;
                            };
                            prefix: string;
                        };
                        own_keys: boolean;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    test_region: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        store: string;
                        usable: boolean;
                        lock_modes: ("GOVERNANCE" | "COMPLIANCE")[];
                        findings: {
                            what: string;
                            /** @enum {string} */
                            verdict: "yes" | "no" | "bad";
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_projects: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            region_id: string;
                            quota_bytes: number | null;
                            sandbox: boolean;
                            shredded_at: string | null;
                            revision: number;
                            /** Format: date-time */
                            created_at: string;
                            region_name: string;
                            used_bytes: number | null;
                            used_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_project: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    region: string;
                    /** @default false */
                    sandbox?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        region_id: string;
                        quota_bytes: number | null;
                        sandbox: boolean;
                        shredded_at: string | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        region_id: string;
                        quota_bytes: number | null;
                        sandbox: boolean;
                        shredded_at: string | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_project_quota: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    quota_bytes: number | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        region_id: string;
                        quota_bytes: number | null;
                        sandbox: boolean;
                        shredded_at: string | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_workloads: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
                /** @description Only workloads whose name contains this, in any case */
                search?: string;
                /** @description Only workloads with such tags, e.g. `env=prod,tier in (1,2),!temporary`; `*` and `?` in values are globs */
                selector?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project_id: string;
                            name: string;
                            /** @enum {string} */
                            type: "vm" | "volume" | "share" | "database" | "bucket" | "host" | "application";
                            region_id: string;
                            source: {
                                /** @enum {string} */
                                kind: "agent";
                                agent: string;
                                source: {
                                    /** @enum {string} */
                                    kind: "command";
                                    command: string;
                                    /** @default output */
                                    file_name: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "files";
                                    paths: string[];
                                    /** @default [] */
                                    exclude: string[];
                                    one_file_system?: boolean;
                                    /** @enum {string} */
                                    snapshot?: "none" | "btrfs";
                                } | {
                                    /** @enum {string} */
                                    kind: "mariadb";
                                    host: string;
                                    /** @default 3306 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                    };
                                    /** @default [] */
                                    databases: string[];
                                    /** @default 4 */
                                    connections: number;
                                    physical?: {
                                        ssh?: {
                                            host: string;
                                            /** @default 22 */
                                            port: number;
                                            user: string;
                                            /** Format: starts_with */
                                            identity_file?: string;
                                            /** Format: starts_with */
                                            known_hosts?: string;
                                            /** @default false */
                                            sudo: boolean;
                                        };
                                        /** Format: starts_with */
                                        socket?: string;
                                        /** Format: starts_with */
                                        data_dir?: string;
                                        /** @default true */
                                        incremental: boolean;
                                    };
                                    /**
                                     * @default {
                                     *       "enabled": true
                                     *     }
                                     */
                                    binlog: {
                                        /** @default true */
                                        enabled: boolean;
                                        server_id?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "postgresql";
                                    host: string;
                                    /** @default 5432 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /** @default postgres */
                                    database: string;
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                        /** Format: starts_with */
                                        cert_file?: string;
                                        /** Format: starts_with */
                                        key_file?: string;
                                    };
                                    /** @default false */
                                    count_rows: boolean;
                                    /**
                                     * @default {
                                     *       "enabled": true,
                                     *       "heartbeat_seconds": 5
                                     *     }
                                     */
                                    wal: {
                                        /** @default true */
                                        enabled: boolean;
                                        slot?: string;
                                        /** @default 5 */
                                        heartbeat_seconds: number;
                                        keep_days?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "volume";
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                    /** Format: starts_with */
                                    ceph_conf?: string;
                                };
                                /** @default {} */
                                hooks: {
                                    before?: string;
                                    after?: string;
                                };
                            } | {
                                /** @enum {string} */
                                kind: "application";
                                /** @enum {string} */
                                profile?: "email-platform";
                                profile_options?: {
                                    [key: string]: string;
                                };
                                parts: {
                                    name: string;
                                    order?: number;
                                    workload?: string;
                                    source?: {
                                        /** @enum {string} */
                                        kind: "bucket";
                                        bucket: string;
                                        /** Format: uri */
                                        endpoint?: string;
                                        s3_region?: string;
                                        path_style?: boolean;
                                        /** Format: starts_with */
                                        ca_file?: string;
                                        credentials: {
                                            /** @enum {string} */
                                            from: "env";
                                            name: string;
                                        } | {
                                            /** @enum {string} */
                                            from: "file";
                                            /** Format: starts_with */
                                            path: string;
                                            profile?: string;
                                        };
                                        /** @default  */
                                        prefix: string;
                                    } | {
                                        /** @enum {string} */
                                        kind: "files";
                                        paths: string[];
                                        /** @default [] */
                                        exclude: string[];
                                        one_file_system?: boolean;
                                        /** @enum {string} */
                                        snapshot?: "none" | "btrfs";
                                    } | {
                                        /** @enum {string} */
                                        kind: "mariadb";
                                        host: string;
                                        /** @default 3306 */
                                        port: number;
                                        user: string;
                                        password?: {
                                            /** @enum {string} */
                                            from: "env";
                                            name: string;
                                        } | {
                                            /** @enum {string} */
                                            from: "file";
                                            /** Format: starts_with */
                                            path: string;
                                        };
                                        /**
                                         * @default {
                                         *       "mode": "verify-full"
                                         *     }
                                         */
                                        tls: {
                                            /**
                                             * @default verify-full
                                             * @enum {string}
                                             */
                                            mode: "disable" | "require" | "verify-full";
                                            /** Format: starts_with */
                                            ca_file?: string;
                                        };
                                        /** @default [] */
                                        databases: string[];
                                        /** @default 4 */
                                        connections: number;
                                        physical?: {
                                            ssh?: {
                                                host: string;
                                                /** @default 22 */
                                                port: number;
                                                user: string;
                                                /** Format: starts_with */
                                                identity_file?: string;
                                                /** Format: starts_with */
                                                known_hosts?: string;
                                                /** @default false */
                                                sudo: boolean;
                                            };
                                            /** Format: starts_with */
                                            socket?: string;
                                            /** Format: starts_with */
                                            data_dir?: string;
                                            /** @default true */
                                            incremental: boolean;
                                        };
                                        /**
                                         * @default {
                                         *       "enabled": true
                                         *     }
                                         */
                                        binlog: {
                                            /** @default true */
                                            enabled: boolean;
                                            server_id?: number;
                                        };
                                        /** @default [] */
                                        validations: {
                                            name: string;
                                            database?: string;
                                            sql: string;
                                            expect?: string;
                                            remember?: boolean;
                                        }[];
                                    } | {
                                        /** @enum {string} */
                                        kind: "postgresql";
                                        host: string;
                                        /** @default 5432 */
                                        port: number;
                                        user: string;
                                        password?: {
                                            /** @enum {string} */
                                            from: "env";
                                            name: string;
                                        } | {
                                            /** @enum {string} */
                                            from: "file";
                                            /** Format: starts_with */
                                            path: string;
                                        };
                                        /** @default postgres */
                                        database: string;
                                        /**
                                         * @default {
                                         *       "mode": "verify-full"
                                         *     }
                                         */
                                        tls: {
                                            /**
                                             * @default verify-full
                                             * @enum {string}
                                             */
                                            mode: "disable" | "require" | "verify-full";
                                            /** Format: starts_with */
                                            ca_file?: string;
                                            /** Format: starts_with */
                                            cert_file?: string;
                                            /** Format: starts_with */
                                            key_file?: string;
                                        };
                                        /** @default false */
                                        count_rows: boolean;
                                        /**
                                         * @default {
                                         *       "enabled": true,
                                         *       "heartbeat_seconds": 5
                                         *     }
                                         */
                                        wal: {
                                            /** @default true */
                                            enabled: boolean;
                                            slot?: string;
                                            /** @default 5 */
                                            heartbeat_seconds: number;
                                            keep_days?: number;
                                        };
                                        /** @default [] */
                                        validations: {
                                            name: string;
                                            database?: string;
                                            sql: string;
                                            expect?: string;
                                            remember?: boolean;
                                        }[];
                                    } | {
                                        /** @enum {string} */
                                        kind: "share";
                                        /** Format: starts_with */
                                        path: string;
                                        snapshot?: string;
                                        /** @default [] */
                                        exclude: string[];
                                    } | {
                                        /** @enum {string} */
                                        kind: "vm";
                                        /** Format: starts_with */
                                        qmp: string;
                                        /** Format: starts_with */
                                        agent?: string;
                                        /**
                                         * @default auto
                                         * @enum {string}
                                         */
                                        consistency: "auto" | "agent" | "crash";
                                        /** @default 10 */
                                        freeze_timeout_s: number;
                                        /** Format: starts_with */
                                        scratch?: string;
                                        disks?: string[];
                                        exclude_disks?: string[];
                                        images?: {
                                            name: string;
                                            /** Format: starts_with */
                                            path: string;
                                            /** @enum {string} */
                                            format: "raw" | "qcow2";
                                        }[];
                                    } | {
                                        /** @enum {string} */
                                        kind: "volume";
                                        /** Format: starts_with */
                                        path: string;
                                        /** @enum {string} */
                                        snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                        /** Format: starts_with */
                                        ceph_conf?: string;
                                    };
                                    health?: ({
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        /** @enum {string} */
                                        kind: "sql";
                                    } | {
                                        /** @enum {string} */
                                        kind: "file";
                                        name: string;
                                        /** Format: starts_with */
                                        path: string;
                                        /** @default 0 */
                                        bytes_min: number;
                                        contains?: string;
                                    } | {
                                        /** @enum {string} */
                                        kind: "powermta";
                                        name: string;
                                        /** Format: starts_with */
                                        path: string;
                                    })[];
                                }[];
                                suppressions?: {
                                    /** @default 15 */
                                    every_seconds: number;
                                    collect?: {
                                        part: string;
                                        database?: string;
                                        sql: string;
                                    }[];
                                    apply?: {
                                        part: string;
                                        database?: string;
                                        /**
                                         * @default all
                                         * @enum {string}
                                         */
                                        entries: "everywhere" | "scoped" | "all";
                                        statements: string[];
                                        remaining: string;
                                    }[];
                                };
                                quiet?: {
                                    part: string;
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    /** @default false */
                                    optional: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "bucket";
                                bucket: string;
                                /** Format: uri */
                                endpoint?: string;
                                s3_region?: string;
                                path_style?: boolean;
                                /** Format: starts_with */
                                ca_file?: string;
                                credentials: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                    profile?: string;
                                };
                                /** @default  */
                                prefix: string;
                            } | {
                                /** @enum {string} */
                                kind: "files";
                                paths: string[];
                                /** @default [] */
                                exclude: string[];
                                one_file_system?: boolean;
                                /** @enum {string} */
                                snapshot?: "none" | "btrfs";
                            } | {
                                /** @enum {string} */
                                kind: "mariadb";
                                host: string;
                                /** @default 3306 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                };
                                /** @default [] */
                                databases: string[];
                                /** @default 4 */
                                connections: number;
                                physical?: {
                                    ssh?: {
                                        host: string;
                                        /** @default 22 */
                                        port: number;
                                        user: string;
                                        /** Format: starts_with */
                                        identity_file?: string;
                                        /** Format: starts_with */
                                        known_hosts?: string;
                                        /** @default false */
                                        sudo: boolean;
                                    };
                                    /** Format: starts_with */
                                    socket?: string;
                                    /** Format: starts_with */
                                    data_dir?: string;
                                    /** @default true */
                                    incremental: boolean;
                                };
                                /**
                                 * @default {
                                 *       "enabled": true
                                 *     }
                                 */
                                binlog: {
                                    /** @default true */
                                    enabled: boolean;
                                    server_id?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "postgresql";
                                host: string;
                                /** @default 5432 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /** @default postgres */
                                database: string;
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    /** Format: starts_with */
                                    cert_file?: string;
                                    /** Format: starts_with */
                                    key_file?: string;
                                };
                                /** @default false */
                                count_rows: boolean;
                                /**
                                 * @default {
                                 *       "enabled": true,
                                 *       "heartbeat_seconds": 5
                                 *     }
                                 */
                                wal: {
                                    /** @default true */
                                    enabled: boolean;
                                    slot?: string;
                                    /** @default 5 */
                                    heartbeat_seconds: number;
                                    keep_days?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "share";
                                /** Format: starts_with */
                                path: string;
                                snapshot?: string;
                                /** @default [] */
                                exclude: string[];
                            } | {
                                /** @enum {string} */
                                kind: "vm";
                                /** Format: starts_with */
                                qmp: string;
                                /** Format: starts_with */
                                agent?: string;
                                /**
                                 * @default auto
                                 * @enum {string}
                                 */
                                consistency: "auto" | "agent" | "crash";
                                /** @default 10 */
                                freeze_timeout_s: number;
                                /** Format: starts_with */
                                scratch?: string;
                                disks?: string[];
                                exclude_disks?: string[];
                                images?: {
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    format: "raw" | "qcow2";
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "volume";
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                /** Format: starts_with */
                                ceph_conf?: string;
                            };
                            tags: {
                                [key: string]: string;
                            };
                            exception: {
                                owner: string;
                                reason: string;
                                /** Format: date-time */
                                expires_at: string;
                            } | null;
                            revision: number;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                            project_name: string;
                            region_name: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_workload: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    project: string;
                    /** @enum {string} */
                    type: "vm" | "volume" | "share" | "database" | "bucket" | "host" | "application";
                    region?: string;
                    source: {
                        /** @enum {string} */
                        kind: "agent";
                        agent: string;
                        source: {
                            /** @enum {string} */
                            kind: "command";
                            command: string;
                            /** @default output */
                            file_name?: string;
                        } | {
                            /** @enum {string} */
                            kind: "files";
                            paths: string[];
                            /** @default [] */
                            exclude?: string[];
                            one_file_system?: boolean;
                            /** @enum {string} */
                            snapshot?: "none" | "btrfs";
                        } | {
                            /** @enum {string} */
                            kind: "mariadb";
                            host: string;
                            /** @default 3306 */
                            port?: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls?: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode?: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                            };
                            /** @default [] */
                            databases?: string[];
                            /** @default 4 */
                            connections?: number;
                            physical?: {
                                ssh?: {
                                    host: string;
                                    /** @default 22 */
                                    port?: number;
                                    user: string;
                                    /** Format: starts_with */
                                    identity_file?: string;
                                    /** Format: starts_with */
                                    known_hosts?: string;
                                    /** @default false */
                                    sudo?: boolean;
                                };
                                /** Format: starts_with */
                                socket?: string;
                                /** Format: starts_with */
                                data_dir?: string;
                                /** @default true */
                                incremental?: boolean;
                            };
                            /**
                             * @default {
                             *       "enabled": true
                             *     }
                             */
                            binlog?: {
                                /** @default true */
                                enabled?: boolean;
                                server_id?: number;
                            };
                            /** @default [] */
                            validations?: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "postgresql";
                            host: string;
                            /** @default 5432 */
                            port?: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /** @default postgres */
                            database?: string;
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls?: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode?: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                                /** Format: starts_with */
                                cert_file?: string;
                                /** Format: starts_with */
                                key_file?: string;
                            };
                            /** @default false */
                            count_rows?: boolean;
                            /**
                             * @default {
                             *       "enabled": true,
                             *       "heartbeat_seconds": 5
                             *     }
                             */
                            wal?: {
                                /** @default true */
                                enabled?: boolean;
                                slot?: string;
                                /** @default 5 */
                                heartbeat_seconds?: number;
                                keep_days?: number;
                            };
                            /** @default [] */
                            validations?: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "volume";
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                            /** Format: starts_with */
                            ceph_conf?: string;
                        };
                        /** @default {} */
                        hooks?: {
                            before?: string;
                            after?: string;
                        };
                    } | {
                        /** @enum {string} */
                        kind: "application";
                        /** @enum {string} */
                        profile?: "email-platform";
                        profile_options?: {
                            [key: string]: string;
                        };
                        parts: {
                            name: string;
                            order?: number;
                            workload?: string;
                            source?: {
                                /** @enum {string} */
                                kind: "bucket";
                                bucket: string;
                                /** Format: uri */
                                endpoint?: string;
                                s3_region?: string;
                                path_style?: boolean;
                                /** Format: starts_with */
                                ca_file?: string;
                                credentials: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                    profile?: string;
                                };
                                /** @default  */
                                prefix?: string;
                            } | {
                                /** @enum {string} */
                                kind: "files";
                                paths: string[];
                                /** @default [] */
                                exclude?: string[];
                                one_file_system?: boolean;
                                /** @enum {string} */
                                snapshot?: "none" | "btrfs";
                            } | {
                                /** @enum {string} */
                                kind: "mariadb";
                                host: string;
                                /** @default 3306 */
                                port?: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls?: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode?: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                };
                                /** @default [] */
                                databases?: string[];
                                /** @default 4 */
                                connections?: number;
                                physical?: {
                                    ssh?: {
                                        host: string;
                                        /** @default 22 */
                                        port?: number;
                                        user: string;
                                        /** Format: starts_with */
                                        identity_file?: string;
                                        /** Format: starts_with */
                                        known_hosts?: string;
                                        /** @default false */
                                        sudo?: boolean;
                                    };
                                    /** Format: starts_with */
                                    socket?: string;
                                    /** Format: starts_with */
                                    data_dir?: string;
                                    /** @default true */
                                    incremental?: boolean;
                                };
                                /**
                                 * @default {
                                 *       "enabled": true
                                 *     }
                                 */
                                binlog?: {
                                    /** @default true */
                                    enabled?: boolean;
                                    server_id?: number;
                                };
                                /** @default [] */
                                validations?: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "postgresql";
                                host: string;
                                /** @default 5432 */
                                port?: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /** @default postgres */
                                database?: string;
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls?: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode?: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    /** Format: starts_with */
                                    cert_file?: string;
                                    /** Format: starts_with */
                                    key_file?: string;
                                };
                                /** @default false */
                                count_rows?: boolean;
                                /**
                                 * @default {
                                 *       "enabled": true,
                                 *       "heartbeat_seconds": 5
                                 *     }
                                 */
                                wal?: {
                                    /** @default true */
                                    enabled?: boolean;
                                    slot?: string;
                                    /** @default 5 */
                                    heartbeat_seconds?: number;
                                    keep_days?: number;
                                };
                                /** @default [] */
                                validations?: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "share";
                                /** Format: starts_with */
                                path: string;
                                snapshot?: string;
                                /** @default [] */
                                exclude?: string[];
                            } | {
                                /** @enum {string} */
                                kind: "vm";
                                /** Format: starts_with */
                                qmp: string;
                                /** Format: starts_with */
                                agent?: string;
                                /**
                                 * @default auto
                                 * @enum {string}
                                 */
                                consistency?: "auto" | "agent" | "crash";
                                /** @default 10 */
                                freeze_timeout_s?: number;
                                /** Format: starts_with */
                                scratch?: string;
                                disks?: string[];
                                exclude_disks?: string[];
                                images?: {
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    format: "raw" | "qcow2";
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "volume";
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                /** Format: starts_with */
                                ceph_conf?: string;
                            };
                            health?: ({
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                /** @enum {string} */
                                kind: "sql";
                            } | {
                                /** @enum {string} */
                                kind: "file";
                                name: string;
                                /** Format: starts_with */
                                path: string;
                                /** @default 0 */
                                bytes_min?: number;
                                contains?: string;
                            } | {
                                /** @enum {string} */
                                kind: "powermta";
                                name: string;
                                /** Format: starts_with */
                                path: string;
                            })[];
                        }[];
                        suppressions?: {
                            /** @default 15 */
                            every_seconds?: number;
                            collect?: {
                                part: string;
                                database?: string;
                                sql: string;
                            }[];
                            apply?: {
                                part: string;
                                database?: string;
                                /**
                                 * @default all
                                 * @enum {string}
                                 */
                                entries?: "everywhere" | "scoped" | "all";
                                statements: string[];
                                remaining: string;
                            }[];
                        };
                        quiet?: {
                            part: string;
                            name: string;
                            database?: string;
                            sql: string;
                            /** @default false */
                            optional?: boolean;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "bucket";
                        bucket: string;
                        /** Format: uri */
                        endpoint?: string;
                        s3_region?: string;
                        path_style?: boolean;
                        /** Format: starts_with */
                        ca_file?: string;
                        credentials: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                            profile?: string;
                        };
                        /** @default  */
                        prefix?: string;
                    } | {
                        /** @enum {string} */
                        kind: "files";
                        paths: string[];
                        /** @default [] */
                        exclude?: string[];
                        one_file_system?: boolean;
                        /** @enum {string} */
                        snapshot?: "none" | "btrfs";
                    } | {
                        /** @enum {string} */
                        kind: "mariadb";
                        host: string;
                        /** @default 3306 */
                        port?: number;
                        user: string;
                        password?: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                        };
                        /**
                         * @default {
                         *       "mode": "verify-full"
                         *     }
                         */
                        tls?: {
                            /**
                             * @default verify-full
                             * @enum {string}
                             */
                            mode?: "disable" | "require" | "verify-full";
                            /** Format: starts_with */
                            ca_file?: string;
                        };
                        /** @default [] */
                        databases?: string[];
                        /** @default 4 */
                        connections?: number;
                        physical?: {
                            ssh?: {
                                host: string;
                                /** @default 22 */
                                port?: number;
                                user: string;
                                /** Format: starts_with */
                                identity_file?: string;
                                /** Format: starts_with */
                                known_hosts?: string;
                                /** @default false */
                                sudo?: boolean;
                            };
                            /** Format: starts_with */
                            socket?: string;
                            /** Format: starts_with */
                            data_dir?: string;
                            /** @default true */
                            incremental?: boolean;
                        };
                        /**
                         * @default {
                         *       "enabled": true
                         *     }
                         */
                        binlog?: {
                            /** @default true */
                            enabled?: boolean;
                            server_id?: number;
                        };
                        /** @default [] */
                        validations?: {
                            name: string;
                            database?: string;
                            sql: string;
                            expect?: string;
                            remember?: boolean;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "postgresql";
                        host: string;
                        /** @default 5432 */
                        port?: number;
                        user: string;
                        password?: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                        };
                        /** @default postgres */
                        database?: string;
                        /**
                         * @default {
                         *       "mode": "verify-full"
                         *     }
                         */
                        tls?: {
                            /**
                             * @default verify-full
                             * @enum {string}
                             */
                            mode?: "disable" | "require" | "verify-full";
                            /** Format: starts_with */
                            ca_file?: string;
                            /** Format: starts_with */
                            cert_file?: string;
                            /** Format: starts_with */
                            key_file?: string;
                        };
                        /** @default false */
                        count_rows?: boolean;
                        /**
                         * @default {
                         *       "enabled": true,
                         *       "heartbeat_seconds": 5
                         *     }
                         */
                        wal?: {
                            /** @default true */
                            enabled?: boolean;
                            slot?: string;
                            /** @default 5 */
                            heartbeat_seconds?: number;
                            keep_days?: number;
                        };
                        /** @default [] */
                        validations?: {
                            name: string;
                            database?: string;
                            sql: string;
                            expect?: string;
                            remember?: boolean;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "share";
                        /** Format: starts_with */
                        path: string;
                        snapshot?: string;
                        /** @default [] */
                        exclude?: string[];
                    } | {
                        /** @enum {string} */
                        kind: "vm";
                        /** Format: starts_with */
                        qmp: string;
                        /** Format: starts_with */
                        agent?: string;
                        /**
                         * @default auto
                         * @enum {string}
                         */
                        consistency?: "auto" | "agent" | "crash";
                        /** @default 10 */
                        freeze_timeout_s?: number;
                        /** Format: starts_with */
                        scratch?: string;
                        disks?: string[];
                        exclude_disks?: string[];
                        images?: {
                            name: string;
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            format: "raw" | "qcow2";
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "volume";
                        /** Format: starts_with */
                        path: string;
                        /** @enum {string} */
                        snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                        /** Format: starts_with */
                        ceph_conf?: string;
                    };
                    /** @default {} */
                    tags?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        name: string;
                        /** @enum {string} */
                        type: "vm" | "volume" | "share" | "database" | "bucket" | "host" | "application";
                        region_id: string;
                        source: {
                            /** @enum {string} */
                            kind: "agent";
                            agent: string;
                            source: {
                                /** @enum {string} */
                                kind: "command";
                                command: string;
                                /** @default output */
                                file_name: string;
                            } | {
                                /** @enum {string} */
                                kind: "files";
                                paths: string[];
                                /** @default [] */
                                exclude: string[];
                                one_file_system?: boolean;
                                /** @enum {string} */
                                snapshot?: "none" | "btrfs";
                            } | {
                                /** @enum {string} */
                                kind: "mariadb";
                                host: string;
                                /** @default 3306 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                };
                                /** @default [] */
                                databases: string[];
                                /** @default 4 */
                                connections: number;
                                physical?: {
                                    ssh?: {
                                        host: string;
                                        /** @default 22 */
                                        port: number;
                                        user: string;
                                        /** Format: starts_with */
                                        identity_file?: string;
                                        /** Format: starts_with */
                                        known_hosts?: string;
                                        /** @default false */
                                        sudo: boolean;
                                    };
                                    /** Format: starts_with */
                                    socket?: string;
                                    /** Format: starts_with */
                                    data_dir?: string;
                                    /** @default true */
                                    incremental: boolean;
                                };
                                /**
                                 * @default {
                                 *       "enabled": true
                                 *     }
                                 */
                                binlog: {
                                    /** @default true */
                                    enabled: boolean;
                                    server_id?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "postgresql";
                                host: string;
                                /** @default 5432 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /** @default postgres */
                                database: string;
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    /** Format: starts_with */
                                    cert_file?: string;
                                    /** Format: starts_with */
                                    key_file?: string;
                                };
                                /** @default false */
                                count_rows: boolean;
                                /**
                                 * @default {
                                 *       "enabled": true,
                                 *       "heartbeat_seconds": 5
                                 *     }
                                 */
                                wal: {
                                    /** @default true */
                                    enabled: boolean;
                                    slot?: string;
                                    /** @default 5 */
                                    heartbeat_seconds: number;
                                    keep_days?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "volume";
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                /** Format: starts_with */
                                ceph_conf?: string;
                            };
                            /** @default {} */
                            hooks: {
                                before?: string;
                                after?: string;
                            };
                        } | {
                            /** @enum {string} */
                            kind: "application";
                            /** @enum {string} */
                            profile?: "email-platform";
                            profile_options?: {
                                [key: string]: string;
                            };
                            parts: {
                                name: string;
                                order?: number;
                                workload?: string;
                                source?: {
                                    /** @enum {string} */
                                    kind: "bucket";
                                    bucket: string;
                                    /** Format: uri */
                                    endpoint?: string;
                                    s3_region?: string;
                                    path_style?: boolean;
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    credentials: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                        profile?: string;
                                    };
                                    /** @default  */
                                    prefix: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "files";
                                    paths: string[];
                                    /** @default [] */
                                    exclude: string[];
                                    one_file_system?: boolean;
                                    /** @enum {string} */
                                    snapshot?: "none" | "btrfs";
                                } | {
                                    /** @enum {string} */
                                    kind: "mariadb";
                                    host: string;
                                    /** @default 3306 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                    };
                                    /** @default [] */
                                    databases: string[];
                                    /** @default 4 */
                                    connections: number;
                                    physical?: {
                                        ssh?: {
                                            host: string;
                                            /** @default 22 */
                                            port: number;
                                            user: string;
                                            /** Format: starts_with */
                                            identity_file?: string;
                                            /** Format: starts_with */
                                            known_hosts?: string;
                                            /** @default false */
                                            sudo: boolean;
                                        };
                                        /** Format: starts_with */
                                        socket?: string;
                                        /** Format: starts_with */
                                        data_dir?: string;
                                        /** @default true */
                                        incremental: boolean;
                                    };
                                    /**
                                     * @default {
                                     *       "enabled": true
                                     *     }
                                     */
                                    binlog: {
                                        /** @default true */
                                        enabled: boolean;
                                        server_id?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "postgresql";
                                    host: string;
                                    /** @default 5432 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /** @default postgres */
                                    database: string;
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                        /** Format: starts_with */
                                        cert_file?: string;
                                        /** Format: starts_with */
                                        key_file?: string;
                                    };
                                    /** @default false */
                                    count_rows: boolean;
                                    /**
                                     * @default {
                                     *       "enabled": true,
                                     *       "heartbeat_seconds": 5
                                     *     }
                                     */
                                    wal: {
                                        /** @default true */
                                        enabled: boolean;
                                        slot?: string;
                                        /** @default 5 */
                                        heartbeat_seconds: number;
                                        keep_days?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "share";
                                    /** Format: starts_with */
                                    path: string;
                                    snapshot?: string;
                                    /** @default [] */
                                    exclude: string[];
                                } | {
                                    /** @enum {string} */
                                    kind: "vm";
                                    /** Format: starts_with */
                                    qmp: string;
                                    /** Format: starts_with */
                                    agent?: string;
                                    /**
                                     * @default auto
                                     * @enum {string}
                                     */
                                    consistency: "auto" | "agent" | "crash";
                                    /** @default 10 */
                                    freeze_timeout_s: number;
                                    /** Format: starts_with */
                                    scratch?: string;
                                    disks?: string[];
                                    exclude_disks?: string[];
                                    images?: {
                                        name: string;
                                        /** Format: starts_with */
                                        path: string;
                                        /** @enum {string} */
                                        format: "raw" | "qcow2";
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "volume";
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                    /** Format: starts_with */
                                    ceph_conf?: string;
                                };
                                health?: ({
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    /** @enum {string} */
                                    kind: "sql";
                                } | {
                                    /** @enum {string} */
                                    kind: "file";
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                    /** @default 0 */
                                    bytes_min: number;
                                    contains?: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "powermta";
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                })[];
                            }[];
                            suppressions?: {
                                /** @default 15 */
                                every_seconds: number;
                                collect?: {
                                    part: string;
                                    database?: string;
                                    sql: string;
                                }[];
                                apply?: {
                                    part: string;
                                    database?: string;
                                    /**
                                     * @default all
                                     * @enum {string}
                                     */
                                    entries: "everywhere" | "scoped" | "all";
                                    statements: string[];
                                    remaining: string;
                                }[];
                            };
                            quiet?: {
                                part: string;
                                name: string;
                                database?: string;
                                sql: string;
                                /** @default false */
                                optional: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "bucket";
                            bucket: string;
                            /** Format: uri */
                            endpoint?: string;
                            s3_region?: string;
                            path_style?: boolean;
                            /** Format: starts_with */
                            ca_file?: string;
                            credentials: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                                profile?: string;
                            };
                            /** @default  */
                            prefix: string;
                        } | {
                            /** @enum {string} */
                            kind: "files";
                            paths: string[];
                            /** @default [] */
                            exclude: string[];
                            one_file_system?: boolean;
                            /** @enum {string} */
                            snapshot?: "none" | "btrfs";
                        } | {
                            /** @enum {string} */
                            kind: "mariadb";
                            host: string;
                            /** @default 3306 */
                            port: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                            };
                            /** @default [] */
                            databases: string[];
                            /** @default 4 */
                            connections: number;
                            physical?: {
                                ssh?: {
                                    host: string;
                                    /** @default 22 */
                                    port: number;
                                    user: string;
                                    /** Format: starts_with */
                                    identity_file?: string;
                                    /** Format: starts_with */
                                    known_hosts?: string;
                                    /** @default false */
                                    sudo: boolean;
                                };
                                /** Format: starts_with */
                                socket?: string;
                                /** Format: starts_with */
                                data_dir?: string;
                                /** @default true */
                                incremental: boolean;
                            };
                            /**
                             * @default {
                             *       "enabled": true
                             *     }
                             */
                            binlog: {
                                /** @default true */
                                enabled: boolean;
                                server_id?: number;
                            };
                            /** @default [] */
                            validations: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "postgresql";
                            host: string;
                            /** @default 5432 */
                            port: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /** @default postgres */
                            database: string;
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                                /** Format: starts_with */
                                cert_file?: string;
                                /** Format: starts_with */
                                key_file?: string;
                            };
                            /** @default false */
                            count_rows: boolean;
                            /**
                             * @default {
                             *       "enabled": true,
                             *       "heartbeat_seconds": 5
                             *     }
                             */
                            wal: {
                                /** @default true */
                                enabled: boolean;
                                slot?: string;
                                /** @default 5 */
                                heartbeat_seconds: number;
                                keep_days?: number;
                            };
                            /** @default [] */
                            validations: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "share";
                            /** Format: starts_with */
                            path: string;
                            snapshot?: string;
                            /** @default [] */
                            exclude: string[];
                        } | {
                            /** @enum {string} */
                            kind: "vm";
                            /** Format: starts_with */
                            qmp: string;
                            /** Format: starts_with */
                            agent?: string;
                            /**
                             * @default auto
                             * @enum {string}
                             */
                            consistency: "auto" | "agent" | "crash";
                            /** @default 10 */
                            freeze_timeout_s: number;
                            /** Format: starts_with */
                            scratch?: string;
                            disks?: string[];
                            exclude_disks?: string[];
                            images?: {
                                name: string;
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                format: "raw" | "qcow2";
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "volume";
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                            /** Format: starts_with */
                            ceph_conf?: string;
                        };
                        tags: {
                            [key: string]: string;
                        };
                        exception: {
                            owner: string;
                            reason: string;
                            /** Format: date-time */
                            expires_at: string;
                        } | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        project_name: string;
                        region_name: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_workload_tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            key: string;
                            values: {
                                value: string;
                                workloads: number;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_workload: {
        parameters: {
            query?: {
                /** @description Id or name of the project to look in */
                project?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        name: string;
                        /** @enum {string} */
                        type: "vm" | "volume" | "share" | "database" | "bucket" | "host" | "application";
                        region_id: string;
                        source: {
                            /** @enum {string} */
                            kind: "agent";
                            agent: string;
                            source: {
                                /** @enum {string} */
                                kind: "command";
                                command: string;
                                /** @default output */
                                file_name: string;
                            } | {
                                /** @enum {string} */
                                kind: "files";
                                paths: string[];
                                /** @default [] */
                                exclude: string[];
                                one_file_system?: boolean;
                                /** @enum {string} */
                                snapshot?: "none" | "btrfs";
                            } | {
                                /** @enum {string} */
                                kind: "mariadb";
                                host: string;
                                /** @default 3306 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                };
                                /** @default [] */
                                databases: string[];
                                /** @default 4 */
                                connections: number;
                                physical?: {
                                    ssh?: {
                                        host: string;
                                        /** @default 22 */
                                        port: number;
                                        user: string;
                                        /** Format: starts_with */
                                        identity_file?: string;
                                        /** Format: starts_with */
                                        known_hosts?: string;
                                        /** @default false */
                                        sudo: boolean;
                                    };
                                    /** Format: starts_with */
                                    socket?: string;
                                    /** Format: starts_with */
                                    data_dir?: string;
                                    /** @default true */
                                    incremental: boolean;
                                };
                                /**
                                 * @default {
                                 *       "enabled": true
                                 *     }
                                 */
                                binlog: {
                                    /** @default true */
                                    enabled: boolean;
                                    server_id?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "postgresql";
                                host: string;
                                /** @default 5432 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /** @default postgres */
                                database: string;
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    /** Format: starts_with */
                                    cert_file?: string;
                                    /** Format: starts_with */
                                    key_file?: string;
                                };
                                /** @default false */
                                count_rows: boolean;
                                /**
                                 * @default {
                                 *       "enabled": true,
                                 *       "heartbeat_seconds": 5
                                 *     }
                                 */
                                wal: {
                                    /** @default true */
                                    enabled: boolean;
                                    slot?: string;
                                    /** @default 5 */
                                    heartbeat_seconds: number;
                                    keep_days?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "volume";
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                /** Format: starts_with */
                                ceph_conf?: string;
                            };
                            /** @default {} */
                            hooks: {
                                before?: string;
                                after?: string;
                            };
                        } | {
                            /** @enum {string} */
                            kind: "application";
                            /** @enum {string} */
                            profile?: "email-platform";
                            profile_options?: {
                                [key: string]: string;
                            };
                            parts: {
                                name: string;
                                order?: number;
                                workload?: string;
                                source?: {
                                    /** @enum {string} */
                                    kind: "bucket";
                                    bucket: string;
                                    /** Format: uri */
                                    endpoint?: string;
                                    s3_region?: string;
                                    path_style?: boolean;
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    credentials: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                        profile?: string;
                                    };
                                    /** @default  */
                                    prefix: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "files";
                                    paths: string[];
                                    /** @default [] */
                                    exclude: string[];
                                    one_file_system?: boolean;
                                    /** @enum {string} */
                                    snapshot?: "none" | "btrfs";
                                } | {
                                    /** @enum {string} */
                                    kind: "mariadb";
                                    host: string;
                                    /** @default 3306 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                    };
                                    /** @default [] */
                                    databases: string[];
                                    /** @default 4 */
                                    connections: number;
                                    physical?: {
                                        ssh?: {
                                            host: string;
                                            /** @default 22 */
                                            port: number;
                                            user: string;
                                            /** Format: starts_with */
                                            identity_file?: string;
                                            /** Format: starts_with */
                                            known_hosts?: string;
                                            /** @default false */
                                            sudo: boolean;
                                        };
                                        /** Format: starts_with */
                                        socket?: string;
                                        /** Format: starts_with */
                                        data_dir?: string;
                                        /** @default true */
                                        incremental: boolean;
                                    };
                                    /**
                                     * @default {
                                     *       "enabled": true
                                     *     }
                                     */
                                    binlog: {
                                        /** @default true */
                                        enabled: boolean;
                                        server_id?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "postgresql";
                                    host: string;
                                    /** @default 5432 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /** @default postgres */
                                    database: string;
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                        /** Format: starts_with */
                                        cert_file?: string;
                                        /** Format: starts_with */
                                        key_file?: string;
                                    };
                                    /** @default false */
                                    count_rows: boolean;
                                    /**
                                     * @default {
                                     *       "enabled": true,
                                     *       "heartbeat_seconds": 5
                                     *     }
                                     */
                                    wal: {
                                        /** @default true */
                                        enabled: boolean;
                                        slot?: string;
                                        /** @default 5 */
                                        heartbeat_seconds: number;
                                        keep_days?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "share";
                                    /** Format: starts_with */
                                    path: string;
                                    snapshot?: string;
                                    /** @default [] */
                                    exclude: string[];
                                } | {
                                    /** @enum {string} */
                                    kind: "vm";
                                    /** Format: starts_with */
                                    qmp: string;
                                    /** Format: starts_with */
                                    agent?: string;
                                    /**
                                     * @default auto
                                     * @enum {string}
                                     */
                                    consistency: "auto" | "agent" | "crash";
                                    /** @default 10 */
                                    freeze_timeout_s: number;
                                    /** Format: starts_with */
                                    scratch?: string;
                                    disks?: string[];
                                    exclude_disks?: string[];
                                    images?: {
                                        name: string;
                                        /** Format: starts_with */
                                        path: string;
                                        /** @enum {string} */
                                        format: "raw" | "qcow2";
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "volume";
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                    /** Format: starts_with */
                                    ceph_conf?: string;
                                };
                                health?: ({
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    /** @enum {string} */
                                    kind: "sql";
                                } | {
                                    /** @enum {string} */
                                    kind: "file";
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                    /** @default 0 */
                                    bytes_min: number;
                                    contains?: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "powermta";
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                })[];
                            }[];
                            suppressions?: {
                                /** @default 15 */
                                every_seconds: number;
                                collect?: {
                                    part: string;
                                    database?: string;
                                    sql: string;
                                }[];
                                apply?: {
                                    part: string;
                                    database?: string;
                                    /**
                                     * @default all
                                     * @enum {string}
                                     */
                                    entries: "everywhere" | "scoped" | "all";
                                    statements: string[];
                                    remaining: string;
                                }[];
                            };
                            quiet?: {
                                part: string;
                                name: string;
                                database?: string;
                                sql: string;
                                /** @default false */
                                optional: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "bucket";
                            bucket: string;
                            /** Format: uri */
                            endpoint?: string;
                            s3_region?: string;
                            path_style?: boolean;
                            /** Format: starts_with */
                            ca_file?: string;
                            credentials: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                                profile?: string;
                            };
                            /** @default  */
                            prefix: string;
                        } | {
                            /** @enum {string} */
                            kind: "files";
                            paths: string[];
                            /** @default [] */
                            exclude: string[];
                            one_file_system?: boolean;
                            /** @enum {string} */
                            snapshot?: "none" | "btrfs";
                        } | {
                            /** @enum {string} */
                            kind: "mariadb";
                            host: string;
                            /** @default 3306 */
                            port: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                            };
                            /** @default [] */
                            databases: string[];
                            /** @default 4 */
                            connections: number;
                            physical?: {
                                ssh?: {
                                    host: string;
                                    /** @default 22 */
                                    port: number;
                                    user: string;
                                    /** Format: starts_with */
                                    identity_file?: string;
                                    /** Format: starts_with */
                                    known_hosts?: string;
                                    /** @default false */
                                    sudo: boolean;
                                };
                                /** Format: starts_with */
                                socket?: string;
                                /** Format: starts_with */
                                data_dir?: string;
                                /** @default true */
                                incremental: boolean;
                            };
                            /**
                             * @default {
                             *       "enabled": true
                             *     }
                             */
                            binlog: {
                                /** @default true */
                                enabled: boolean;
                                server_id?: number;
                            };
                            /** @default [] */
                            validations: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "postgresql";
                            host: string;
                            /** @default 5432 */
                            port: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /** @default postgres */
                            database: string;
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                                /** Format: starts_with */
                                cert_file?: string;
                                /** Format: starts_with */
                                key_file?: string;
                            };
                            /** @default false */
                            count_rows: boolean;
                            /**
                             * @default {
                             *       "enabled": true,
                             *       "heartbeat_seconds": 5
                             *     }
                             */
                            wal: {
                                /** @default true */
                                enabled: boolean;
                                slot?: string;
                                /** @default 5 */
                                heartbeat_seconds: number;
                                keep_days?: number;
                            };
                            /** @default [] */
                            validations: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "share";
                            /** Format: starts_with */
                            path: string;
                            snapshot?: string;
                            /** @default [] */
                            exclude: string[];
                        } | {
                            /** @enum {string} */
                            kind: "vm";
                            /** Format: starts_with */
                            qmp: string;
                            /** Format: starts_with */
                            agent?: string;
                            /**
                             * @default auto
                             * @enum {string}
                             */
                            consistency: "auto" | "agent" | "crash";
                            /** @default 10 */
                            freeze_timeout_s: number;
                            /** Format: starts_with */
                            scratch?: string;
                            disks?: string[];
                            exclude_disks?: string[];
                            images?: {
                                name: string;
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                format: "raw" | "qcow2";
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "volume";
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                            /** Format: starts_with */
                            ceph_conf?: string;
                        };
                        tags: {
                            [key: string]: string;
                        };
                        exception: {
                            owner: string;
                            reason: string;
                            /** Format: date-time */
                            expires_at: string;
                        } | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        project_name: string;
                        region_name: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    remove_workload: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    update_workload: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source?: {
                        /** @enum {string} */
                        kind: "agent";
                        agent: string;
                        source: {
                            /** @enum {string} */
                            kind: "command";
                            command: string;
                            /** @default output */
                            file_name?: string;
                        } | {
                            /** @enum {string} */
                            kind: "files";
                            paths: string[];
                            /** @default [] */
                            exclude?: string[];
                            one_file_system?: boolean;
                            /** @enum {string} */
                            snapshot?: "none" | "btrfs";
                        } | {
                            /** @enum {string} */
                            kind: "mariadb";
                            host: string;
                            /** @default 3306 */
                            port?: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls?: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode?: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                            };
                            /** @default [] */
                            databases?: string[];
                            /** @default 4 */
                            connections?: number;
                            physical?: {
                                ssh?: {
                                    host: string;
                                    /** @default 22 */
                                    port?: number;
                                    user: string;
                                    /** Format: starts_with */
                                    identity_file?: string;
                                    /** Format: starts_with */
                                    known_hosts?: string;
                                    /** @default false */
                                    sudo?: boolean;
                                };
                                /** Format: starts_with */
                                socket?: string;
                                /** Format: starts_with */
                                data_dir?: string;
                                /** @default true */
                                incremental?: boolean;
                            };
                            /**
                             * @default {
                             *       "enabled": true
                             *     }
                             */
                            binlog?: {
                                /** @default true */
                                enabled?: boolean;
                                server_id?: number;
                            };
                            /** @default [] */
                            validations?: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "postgresql";
                            host: string;
                            /** @default 5432 */
                            port?: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /** @default postgres */
                            database?: string;
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls?: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode?: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                                /** Format: starts_with */
                                cert_file?: string;
                                /** Format: starts_with */
                                key_file?: string;
                            };
                            /** @default false */
                            count_rows?: boolean;
                            /**
                             * @default {
                             *       "enabled": true,
                             *       "heartbeat_seconds": 5
                             *     }
                             */
                            wal?: {
                                /** @default true */
                                enabled?: boolean;
                                slot?: string;
                                /** @default 5 */
                                heartbeat_seconds?: number;
                                keep_days?: number;
                            };
                            /** @default [] */
                            validations?: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "volume";
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                            /** Format: starts_with */
                            ceph_conf?: string;
                        };
                        /** @default {} */
                        hooks?: {
                            before?: string;
                            after?: string;
                        };
                    } | {
                        /** @enum {string} */
                        kind: "application";
                        /** @enum {string} */
                        profile?: "email-platform";
                        profile_options?: {
                            [key: string]: string;
                        };
                        parts: {
                            name: string;
                            order?: number;
                            workload?: string;
                            source?: {
                                /** @enum {string} */
                                kind: "bucket";
                                bucket: string;
                                /** Format: uri */
                                endpoint?: string;
                                s3_region?: string;
                                path_style?: boolean;
                                /** Format: starts_with */
                                ca_file?: string;
                                credentials: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                    profile?: string;
                                };
                                /** @default  */
                                prefix?: string;
                            } | {
                                /** @enum {string} */
                                kind: "files";
                                paths: string[];
                                /** @default [] */
                                exclude?: string[];
                                one_file_system?: boolean;
                                /** @enum {string} */
                                snapshot?: "none" | "btrfs";
                            } | {
                                /** @enum {string} */
                                kind: "mariadb";
                                host: string;
                                /** @default 3306 */
                                port?: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls?: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode?: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                };
                                /** @default [] */
                                databases?: string[];
                                /** @default 4 */
                                connections?: number;
                                physical?: {
                                    ssh?: {
                                        host: string;
                                        /** @default 22 */
                                        port?: number;
                                        user: string;
                                        /** Format: starts_with */
                                        identity_file?: string;
                                        /** Format: starts_with */
                                        known_hosts?: string;
                                        /** @default false */
                                        sudo?: boolean;
                                    };
                                    /** Format: starts_with */
                                    socket?: string;
                                    /** Format: starts_with */
                                    data_dir?: string;
                                    /** @default true */
                                    incremental?: boolean;
                                };
                                /**
                                 * @default {
                                 *       "enabled": true
                                 *     }
                                 */
                                binlog?: {
                                    /** @default true */
                                    enabled?: boolean;
                                    server_id?: number;
                                };
                                /** @default [] */
                                validations?: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "postgresql";
                                host: string;
                                /** @default 5432 */
                                port?: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /** @default postgres */
                                database?: string;
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls?: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode?: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    /** Format: starts_with */
                                    cert_file?: string;
                                    /** Format: starts_with */
                                    key_file?: string;
                                };
                                /** @default false */
                                count_rows?: boolean;
                                /**
                                 * @default {
                                 *       "enabled": true,
                                 *       "heartbeat_seconds": 5
                                 *     }
                                 */
                                wal?: {
                                    /** @default true */
                                    enabled?: boolean;
                                    slot?: string;
                                    /** @default 5 */
                                    heartbeat_seconds?: number;
                                    keep_days?: number;
                                };
                                /** @default [] */
                                validations?: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "share";
                                /** Format: starts_with */
                                path: string;
                                snapshot?: string;
                                /** @default [] */
                                exclude?: string[];
                            } | {
                                /** @enum {string} */
                                kind: "vm";
                                /** Format: starts_with */
                                qmp: string;
                                /** Format: starts_with */
                                agent?: string;
                                /**
                                 * @default auto
                                 * @enum {string}
                                 */
                                consistency?: "auto" | "agent" | "crash";
                                /** @default 10 */
                                freeze_timeout_s?: number;
                                /** Format: starts_with */
                                scratch?: string;
                                disks?: string[];
                                exclude_disks?: string[];
                                images?: {
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    format: "raw" | "qcow2";
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "volume";
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                /** Format: starts_with */
                                ceph_conf?: string;
                            };
                            health?: ({
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                /** @enum {string} */
                                kind: "sql";
                            } | {
                                /** @enum {string} */
                                kind: "file";
                                name: string;
                                /** Format: starts_with */
                                path: string;
                                /** @default 0 */
                                bytes_min?: number;
                                contains?: string;
                            } | {
                                /** @enum {string} */
                                kind: "powermta";
                                name: string;
                                /** Format: starts_with */
                                path: string;
                            })[];
                        }[];
                        suppressions?: {
                            /** @default 15 */
                            every_seconds?: number;
                            collect?: {
                                part: string;
                                database?: string;
                                sql: string;
                            }[];
                            apply?: {
                                part: string;
                                database?: string;
                                /**
                                 * @default all
                                 * @enum {string}
                                 */
                                entries?: "everywhere" | "scoped" | "all";
                                statements: string[];
                                remaining: string;
                            }[];
                        };
                        quiet?: {
                            part: string;
                            name: string;
                            database?: string;
                            sql: string;
                            /** @default false */
                            optional?: boolean;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "bucket";
                        bucket: string;
                        /** Format: uri */
                        endpoint?: string;
                        s3_region?: string;
                        path_style?: boolean;
                        /** Format: starts_with */
                        ca_file?: string;
                        credentials: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                            profile?: string;
                        };
                        /** @default  */
                        prefix?: string;
                    } | {
                        /** @enum {string} */
                        kind: "files";
                        paths: string[];
                        /** @default [] */
                        exclude?: string[];
                        one_file_system?: boolean;
                        /** @enum {string} */
                        snapshot?: "none" | "btrfs";
                    } | {
                        /** @enum {string} */
                        kind: "mariadb";
                        host: string;
                        /** @default 3306 */
                        port?: number;
                        user: string;
                        password?: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                        };
                        /**
                         * @default {
                         *       "mode": "verify-full"
                         *     }
                         */
                        tls?: {
                            /**
                             * @default verify-full
                             * @enum {string}
                             */
                            mode?: "disable" | "require" | "verify-full";
                            /** Format: starts_with */
                            ca_file?: string;
                        };
                        /** @default [] */
                        databases?: string[];
                        /** @default 4 */
                        connections?: number;
                        physical?: {
                            ssh?: {
                                host: string;
                                /** @default 22 */
                                port?: number;
                                user: string;
                                /** Format: starts_with */
                                identity_file?: string;
                                /** Format: starts_with */
                                known_hosts?: string;
                                /** @default false */
                                sudo?: boolean;
                            };
                            /** Format: starts_with */
                            socket?: string;
                            /** Format: starts_with */
                            data_dir?: string;
                            /** @default true */
                            incremental?: boolean;
                        };
                        /**
                         * @default {
                         *       "enabled": true
                         *     }
                         */
                        binlog?: {
                            /** @default true */
                            enabled?: boolean;
                            server_id?: number;
                        };
                        /** @default [] */
                        validations?: {
                            name: string;
                            database?: string;
                            sql: string;
                            expect?: string;
                            remember?: boolean;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "postgresql";
                        host: string;
                        /** @default 5432 */
                        port?: number;
                        user: string;
                        password?: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                        };
                        /** @default postgres */
                        database?: string;
                        /**
                         * @default {
                         *       "mode": "verify-full"
                         *     }
                         */
                        tls?: {
                            /**
                             * @default verify-full
                             * @enum {string}
                             */
                            mode?: "disable" | "require" | "verify-full";
                            /** Format: starts_with */
                            ca_file?: string;
                            /** Format: starts_with */
                            cert_file?: string;
                            /** Format: starts_with */
                            key_file?: string;
                        };
                        /** @default false */
                        count_rows?: boolean;
                        /**
                         * @default {
                         *       "enabled": true,
                         *       "heartbeat_seconds": 5
                         *     }
                         */
                        wal?: {
                            /** @default true */
                            enabled?: boolean;
                            slot?: string;
                            /** @default 5 */
                            heartbeat_seconds?: number;
                            keep_days?: number;
                        };
                        /** @default [] */
                        validations?: {
                            name: string;
                            database?: string;
                            sql: string;
                            expect?: string;
                            remember?: boolean;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "share";
                        /** Format: starts_with */
                        path: string;
                        snapshot?: string;
                        /** @default [] */
                        exclude?: string[];
                    } | {
                        /** @enum {string} */
                        kind: "vm";
                        /** Format: starts_with */
                        qmp: string;
                        /** Format: starts_with */
                        agent?: string;
                        /**
                         * @default auto
                         * @enum {string}
                         */
                        consistency?: "auto" | "agent" | "crash";
                        /** @default 10 */
                        freeze_timeout_s?: number;
                        /** Format: starts_with */
                        scratch?: string;
                        disks?: string[];
                        exclude_disks?: string[];
                        images?: {
                            name: string;
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            format: "raw" | "qcow2";
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "volume";
                        /** Format: starts_with */
                        path: string;
                        /** @enum {string} */
                        snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                        /** Format: starts_with */
                        ceph_conf?: string;
                    };
                    tags?: {
                        [key: string]: string | null;
                    };
                    exception?: {
                        owner: string;
                        reason: string;
                        /** Format: date-time */
                        expires_at: string;
                    } | null;
                    revision?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        name: string;
                        /** @enum {string} */
                        type: "vm" | "volume" | "share" | "database" | "bucket" | "host" | "application";
                        region_id: string;
                        source: {
                            /** @enum {string} */
                            kind: "agent";
                            agent: string;
                            source: {
                                /** @enum {string} */
                                kind: "command";
                                command: string;
                                /** @default output */
                                file_name: string;
                            } | {
                                /** @enum {string} */
                                kind: "files";
                                paths: string[];
                                /** @default [] */
                                exclude: string[];
                                one_file_system?: boolean;
                                /** @enum {string} */
                                snapshot?: "none" | "btrfs";
                            } | {
                                /** @enum {string} */
                                kind: "mariadb";
                                host: string;
                                /** @default 3306 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                };
                                /** @default [] */
                                databases: string[];
                                /** @default 4 */
                                connections: number;
                                physical?: {
                                    ssh?: {
                                        host: string;
                                        /** @default 22 */
                                        port: number;
                                        user: string;
                                        /** Format: starts_with */
                                        identity_file?: string;
                                        /** Format: starts_with */
                                        known_hosts?: string;
                                        /** @default false */
                                        sudo: boolean;
                                    };
                                    /** Format: starts_with */
                                    socket?: string;
                                    /** Format: starts_with */
                                    data_dir?: string;
                                    /** @default true */
                                    incremental: boolean;
                                };
                                /**
                                 * @default {
                                 *       "enabled": true
                                 *     }
                                 */
                                binlog: {
                                    /** @default true */
                                    enabled: boolean;
                                    server_id?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "postgresql";
                                host: string;
                                /** @default 5432 */
                                port: number;
                                user: string;
                                password?: {
                                    /** @enum {string} */
                                    from: "env";
                                    name: string;
                                } | {
                                    /** @enum {string} */
                                    from: "file";
                                    /** Format: starts_with */
                                    path: string;
                                };
                                /** @default postgres */
                                database: string;
                                /**
                                 * @default {
                                 *       "mode": "verify-full"
                                 *     }
                                 */
                                tls: {
                                    /**
                                     * @default verify-full
                                     * @enum {string}
                                     */
                                    mode: "disable" | "require" | "verify-full";
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    /** Format: starts_with */
                                    cert_file?: string;
                                    /** Format: starts_with */
                                    key_file?: string;
                                };
                                /** @default false */
                                count_rows: boolean;
                                /**
                                 * @default {
                                 *       "enabled": true,
                                 *       "heartbeat_seconds": 5
                                 *     }
                                 */
                                wal: {
                                    /** @default true */
                                    enabled: boolean;
                                    slot?: string;
                                    /** @default 5 */
                                    heartbeat_seconds: number;
                                    keep_days?: number;
                                };
                                /** @default [] */
                                validations: {
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    remember?: boolean;
                                }[];
                            } | {
                                /** @enum {string} */
                                kind: "volume";
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                /** Format: starts_with */
                                ceph_conf?: string;
                            };
                            /** @default {} */
                            hooks: {
                                before?: string;
                                after?: string;
                            };
                        } | {
                            /** @enum {string} */
                            kind: "application";
                            /** @enum {string} */
                            profile?: "email-platform";
                            profile_options?: {
                                [key: string]: string;
                            };
                            parts: {
                                name: string;
                                order?: number;
                                workload?: string;
                                source?: {
                                    /** @enum {string} */
                                    kind: "bucket";
                                    bucket: string;
                                    /** Format: uri */
                                    endpoint?: string;
                                    s3_region?: string;
                                    path_style?: boolean;
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    credentials: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                        profile?: string;
                                    };
                                    /** @default  */
                                    prefix: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "files";
                                    paths: string[];
                                    /** @default [] */
                                    exclude: string[];
                                    one_file_system?: boolean;
                                    /** @enum {string} */
                                    snapshot?: "none" | "btrfs";
                                } | {
                                    /** @enum {string} */
                                    kind: "mariadb";
                                    host: string;
                                    /** @default 3306 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                    };
                                    /** @default [] */
                                    databases: string[];
                                    /** @default 4 */
                                    connections: number;
                                    physical?: {
                                        ssh?: {
                                            host: string;
                                            /** @default 22 */
                                            port: number;
                                            user: string;
                                            /** Format: starts_with */
                                            identity_file?: string;
                                            /** Format: starts_with */
                                            known_hosts?: string;
                                            /** @default false */
                                            sudo: boolean;
                                        };
                                        /** Format: starts_with */
                                        socket?: string;
                                        /** Format: starts_with */
                                        data_dir?: string;
                                        /** @default true */
                                        incremental: boolean;
                                    };
                                    /**
                                     * @default {
                                     *       "enabled": true
                                     *     }
                                     */
                                    binlog: {
                                        /** @default true */
                                        enabled: boolean;
                                        server_id?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "postgresql";
                                    host: string;
                                    /** @default 5432 */
                                    port: number;
                                    user: string;
                                    password?: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                    };
                                    /** @default postgres */
                                    database: string;
                                    /**
                                     * @default {
                                     *       "mode": "verify-full"
                                     *     }
                                     */
                                    tls: {
                                        /**
                                         * @default verify-full
                                         * @enum {string}
                                         */
                                        mode: "disable" | "require" | "verify-full";
                                        /** Format: starts_with */
                                        ca_file?: string;
                                        /** Format: starts_with */
                                        cert_file?: string;
                                        /** Format: starts_with */
                                        key_file?: string;
                                    };
                                    /** @default false */
                                    count_rows: boolean;
                                    /**
                                     * @default {
                                     *       "enabled": true,
                                     *       "heartbeat_seconds": 5
                                     *     }
                                     */
                                    wal: {
                                        /** @default true */
                                        enabled: boolean;
                                        slot?: string;
                                        /** @default 5 */
                                        heartbeat_seconds: number;
                                        keep_days?: number;
                                    };
                                    /** @default [] */
                                    validations: {
                                        name: string;
                                        database?: string;
                                        sql: string;
                                        expect?: string;
                                        remember?: boolean;
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "share";
                                    /** Format: starts_with */
                                    path: string;
                                    snapshot?: string;
                                    /** @default [] */
                                    exclude: string[];
                                } | {
                                    /** @enum {string} */
                                    kind: "vm";
                                    /** Format: starts_with */
                                    qmp: string;
                                    /** Format: starts_with */
                                    agent?: string;
                                    /**
                                     * @default auto
                                     * @enum {string}
                                     */
                                    consistency: "auto" | "agent" | "crash";
                                    /** @default 10 */
                                    freeze_timeout_s: number;
                                    /** Format: starts_with */
                                    scratch?: string;
                                    disks?: string[];
                                    exclude_disks?: string[];
                                    images?: {
                                        name: string;
                                        /** Format: starts_with */
                                        path: string;
                                        /** @enum {string} */
                                        format: "raw" | "qcow2";
                                    }[];
                                } | {
                                    /** @enum {string} */
                                    kind: "volume";
                                    /** Format: starts_with */
                                    path: string;
                                    /** @enum {string} */
                                    snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                                    /** Format: starts_with */
                                    ceph_conf?: string;
                                };
                                health?: ({
                                    name: string;
                                    database?: string;
                                    sql: string;
                                    expect?: string;
                                    /** @enum {string} */
                                    kind: "sql";
                                } | {
                                    /** @enum {string} */
                                    kind: "file";
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                    /** @default 0 */
                                    bytes_min: number;
                                    contains?: string;
                                } | {
                                    /** @enum {string} */
                                    kind: "powermta";
                                    name: string;
                                    /** Format: starts_with */
                                    path: string;
                                })[];
                            }[];
                            suppressions?: {
                                /** @default 15 */
                                every_seconds: number;
                                collect?: {
                                    part: string;
                                    database?: string;
                                    sql: string;
                                }[];
                                apply?: {
                                    part: string;
                                    database?: string;
                                    /**
                                     * @default all
                                     * @enum {string}
                                     */
                                    entries: "everywhere" | "scoped" | "all";
                                    statements: string[];
                                    remaining: string;
                                }[];
                            };
                            quiet?: {
                                part: string;
                                name: string;
                                database?: string;
                                sql: string;
                                /** @default false */
                                optional: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "bucket";
                            bucket: string;
                            /** Format: uri */
                            endpoint?: string;
                            s3_region?: string;
                            path_style?: boolean;
                            /** Format: starts_with */
                            ca_file?: string;
                            credentials: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                                profile?: string;
                            };
                            /** @default  */
                            prefix: string;
                        } | {
                            /** @enum {string} */
                            kind: "files";
                            paths: string[];
                            /** @default [] */
                            exclude: string[];
                            one_file_system?: boolean;
                            /** @enum {string} */
                            snapshot?: "none" | "btrfs";
                        } | {
                            /** @enum {string} */
                            kind: "mariadb";
                            host: string;
                            /** @default 3306 */
                            port: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                            };
                            /** @default [] */
                            databases: string[];
                            /** @default 4 */
                            connections: number;
                            physical?: {
                                ssh?: {
                                    host: string;
                                    /** @default 22 */
                                    port: number;
                                    user: string;
                                    /** Format: starts_with */
                                    identity_file?: string;
                                    /** Format: starts_with */
                                    known_hosts?: string;
                                    /** @default false */
                                    sudo: boolean;
                                };
                                /** Format: starts_with */
                                socket?: string;
                                /** Format: starts_with */
                                data_dir?: string;
                                /** @default true */
                                incremental: boolean;
                            };
                            /**
                             * @default {
                             *       "enabled": true
                             *     }
                             */
                            binlog: {
                                /** @default true */
                                enabled: boolean;
                                server_id?: number;
                            };
                            /** @default [] */
                            validations: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "postgresql";
                            host: string;
                            /** @default 5432 */
                            port: number;
                            user: string;
                            password?: {
                                /** @enum {string} */
                                from: "env";
                                name: string;
                            } | {
                                /** @enum {string} */
                                from: "file";
                                /** Format: starts_with */
                                path: string;
                            };
                            /** @default postgres */
                            database: string;
                            /**
                             * @default {
                             *       "mode": "verify-full"
                             *     }
                             */
                            tls: {
                                /**
                                 * @default verify-full
                                 * @enum {string}
                                 */
                                mode: "disable" | "require" | "verify-full";
                                /** Format: starts_with */
                                ca_file?: string;
                                /** Format: starts_with */
                                cert_file?: string;
                                /** Format: starts_with */
                                key_file?: string;
                            };
                            /** @default false */
                            count_rows: boolean;
                            /**
                             * @default {
                             *       "enabled": true,
                             *       "heartbeat_seconds": 5
                             *     }
                             */
                            wal: {
                                /** @default true */
                                enabled: boolean;
                                slot?: string;
                                /** @default 5 */
                                heartbeat_seconds: number;
                                keep_days?: number;
                            };
                            /** @default [] */
                            validations: {
                                name: string;
                                database?: string;
                                sql: string;
                                expect?: string;
                                remember?: boolean;
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "share";
                            /** Format: starts_with */
                            path: string;
                            snapshot?: string;
                            /** @default [] */
                            exclude: string[];
                        } | {
                            /** @enum {string} */
                            kind: "vm";
                            /** Format: starts_with */
                            qmp: string;
                            /** Format: starts_with */
                            agent?: string;
                            /**
                             * @default auto
                             * @enum {string}
                             */
                            consistency: "auto" | "agent" | "crash";
                            /** @default 10 */
                            freeze_timeout_s: number;
                            /** Format: starts_with */
                            scratch?: string;
                            disks?: string[];
                            exclude_disks?: string[];
                            images?: {
                                name: string;
                                /** Format: starts_with */
                                path: string;
                                /** @enum {string} */
                                format: "raw" | "qcow2";
                            }[];
                        } | {
                            /** @enum {string} */
                            kind: "volume";
                            /** Format: starts_with */
                            path: string;
                            /** @enum {string} */
                            snapshot?: "none" | "reflink" | "lvm-thin" | "zfs" | "rbd";
                            /** Format: starts_with */
                            ceph_conf?: string;
                        };
                        tags: {
                            [key: string]: string;
                        };
                        exception: {
                            owner: string;
                            reason: string;
                            /** Format: date-time */
                            expires_at: string;
                        } | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        project_name: string;
                        region_name: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_agents: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            project_id: string;
                            project_name: string;
                            /** @enum {string} */
                            health: "ok" | "silent" | "pending" | "revoked";
                            hostname: string | null;
                            version: string | null;
                            protocol: number | null;
                            last_contact_at: string | null;
                            silence_minutes: number;
                            backlog: number;
                            offline_runs: number;
                            enrolled_at: string | null;
                            revoked_at: string | null;
                            certificate_until: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string;
                        project_name: string;
                        /** @enum {string} */
                        health: "ok" | "silent" | "pending" | "revoked";
                        hostname: string | null;
                        version: string | null;
                        protocol: number | null;
                        last_contact_at: string | null;
                        silence_minutes: number;
                        backlog: number;
                        offline_runs: number;
                        enrolled_at: string | null;
                        revoked_at: string | null;
                        certificate_until: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    revoke_agent: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string;
                        project_name: string;
                        /** @enum {string} */
                        health: "ok" | "silent" | "pending" | "revoked";
                        hostname: string | null;
                        version: string | null;
                        protocol: number | null;
                        last_contact_at: string | null;
                        silence_minutes: number;
                        backlog: number;
                        offline_runs: number;
                        enrolled_at: string | null;
                        revoked_at: string | null;
                        certificate_until: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_agent_token: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the host is called; of an agent that is there, to enrol its host anew */
                    name: string;
                    /** @description Project of its own for it; by default named as the agent, and made */
                    project?: string;
                    /** @description Where a project that is made keeps its backups */
                    region?: string;
                    /**
                     * @description How long the token may be used
                     * @default 60
                     */
                    minutes?: number;
                    /**
                     * @description Silent for longer: an alert
                     * @default 60
                     */
                    silence_minutes?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        agent_id: string;
                        name: string;
                        project_id: string;
                        /** Format: date-time */
                        expires_at: string;
                        token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_application: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        workload_id: string;
                        workload_name: string;
                        project_id: string;
                        profile: string | null;
                        parts: {
                            name: string;
                            order: number;
                            workload_id: string;
                            workload_name: string;
                            kind: string;
                            rpo_seconds: number | null;
                            /** @enum {string} */
                            rpo_by: "log" | "backup";
                        }[];
                        rpo_seconds: number | null;
                        last_backup: {
                            backup_id: string;
                            /** Format: date-time */
                            point: string;
                        } | null;
                        suppressions: {
                            state: string;
                            message: string | null;
                            entries: number;
                            last_recorded_at: string | null;
                            collected_at: string | null;
                        } | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_suppressions: {
        parameters: {
            query?: {
                address?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        total: number;
                        items: {
                            address: string;
                            scope: string | null;
                            reason: string;
                            at: string | null;
                            /** Format: date-time */
                            recorded_at: string;
                            by: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    record_suppressions: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entries: {
                        address: string;
                        scope?: string;
                        reason?: string;
                        /** Format: date-time */
                        at?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        recorded: number;
                        known: number;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_wal_archives: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            workload_id: string;
                            workload_name: string;
                            project_id: string;
                            state: string;
                            status_reason: string | null;
                            message: string | null;
                            system_identifier: string | null;
                            timeline: number | null;
                            slot_name: string;
                            slot_status: string | null;
                            slot_retained_bytes: number | null;
                            flushed_lsn: string | null;
                            server_lsn: string | null;
                            lag_bytes: number | null;
                            last_commit_at: string | null;
                            rpo_seconds: number | null;
                            heartbeat_at: string | null;
                            heartbeat_error: string | null;
                            gaps: {
                                timeline: number;
                                from_lsn: string;
                                to_lsn: string;
                                from_time: string | null;
                                reason: string;
                                /** Format: date-time */
                                found_at: string;
                            }[];
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_binlog_archives: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            workload_id: string;
                            workload_name: string;
                            project_id: string;
                            state: string;
                            status_reason: string | null;
                            message: string | null;
                            file: string | null;
                            position: number | null;
                            gtid: string | null;
                            last_event_at: string | null;
                            complete_at: string | null;
                            rpo_seconds: number | null;
                            gaps: {
                                from: string;
                                to: string;
                                from_time: string | null;
                                reason: string;
                                /** Format: date-time */
                                found_at: string;
                            }[];
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_recovery_base: {
        parameters: {
            query?: {
                to_time?: string;
                to_lsn?: string;
                to_position?: string;
                to_gtid?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backup_id: string;
                        /** @enum {string} */
                        kind: "postgresql" | "mariadb" | "application";
                        restorable: {
                            /** Format: date-time */
                            earliest: string;
                            earliest_lsn: string;
                            latest: string | null;
                            latest_lsn: string;
                            timeline: number | null;
                            gap: {
                                timeline: number | null;
                                from_lsn: string;
                                to_lsn: string | null;
                            } | null;
                            summary: string;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_policies: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            version: number;
                            template: boolean;
                            spec: {
                                name: string;
                                description?: string;
                                timezone?: string;
                                schedule: {
                                    hourly?: string;
                                    daily?: string;
                                    weekly?: string;
                                    monthly?: string;
                                    cron?: string;
                                };
                                retention: {
                                    hourly?: number;
                                    daily?: number;
                                    weekly?: number;
                                    monthly?: number;
                                    yearly?: number;
                                    keep_last?: number;
                                    keep_within?: string;
                                };
                                copy?: {
                                    cross_region: string;
                                };
                                target?: {
                                    /** @enum {string} */
                                    storage_class?: "STANDARD" | "INFREQUENT" | "ARCHIVE";
                                    object_lock?: {
                                        /** @enum {string} */
                                        mode: "GOVERNANCE" | "COMPLIANCE";
                                        days: number;
                                    };
                                };
                                tiers?: {
                                    /** @default 30d */
                                    hot: string;
                                    /** @default 90d */
                                    warm: string;
                                    /** @default 365d */
                                    cold: string;
                                };
                                /** @default false */
                                immutable: boolean;
                                rpo?: string;
                                /** @default 8h */
                                start_window: string;
                                /** @default 7d */
                                complete_within: string;
                                /** @default 0s */
                                jitter: string;
                                /**
                                 * @default one
                                 * @enum {string}
                                 */
                                catch_up: "one" | "none";
                                /** @default 7d */
                                catch_up_window: string;
                                /**
                                 * @default skip
                                 * @enum {string}
                                 */
                                overlap: "skip" | "queue_one";
                                max_concurrent?: number;
                                retry: {
                                    /** @default 3 */
                                    max: number;
                                    /** @default 1m */
                                    backoff: string;
                                };
                            };
                            created_at: string;
                            updated_at: string;
                            rpo_seconds: number;
                            attachment_count: number;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_policy: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The policy as YAML; errors name line and field */
                    yaml: string;
                } | {
                    /** @description The policy as JSON */
                    spec: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        version: number;
                        template: boolean;
                        spec: {
                            name: string;
                            description?: string;
                            timezone?: string;
                            schedule: {
                                hourly?: string;
                                daily?: string;
                                weekly?: string;
                                monthly?: string;
                                cron?: string;
                            };
                            retention: {
                                hourly?: number;
                                daily?: number;
                                weekly?: number;
                                monthly?: number;
                                yearly?: number;
                                keep_last?: number;
                                keep_within?: string;
                            };
                            copy?: {
                                cross_region: string;
                            };
                            target?: {
                                /** @enum {string} */
                                storage_class?: "STANDARD" | "INFREQUENT" | "ARCHIVE";
                                object_lock?: {
                                    /** @enum {string} */
                                    mode: "GOVERNANCE" | "COMPLIANCE";
                                    days: number;
                                };
                            };
                            tiers?: {
                                /** @default 30d */
                                hot: string;
                                /** @default 90d */
                                warm: string;
                                /** @default 365d */
                                cold: string;
                            };
                            /** @default false */
                            immutable: boolean;
                            rpo?: string;
                            /** @default 8h */
                            start_window: string;
                            /** @default 7d */
                            complete_within: string;
                            /** @default 0s */
                            jitter: string;
                            /**
                             * @default one
                             * @enum {string}
                             */
                            catch_up: "one" | "none";
                            /** @default 7d */
                            catch_up_window: string;
                            /**
                             * @default skip
                             * @enum {string}
                             */
                            overlap: "skip" | "queue_one";
                            max_concurrent?: number;
                            retry: {
                                /** @default 3 */
                                max: number;
                                /** @default 1m */
                                backoff: string;
                            };
                        };
                        created_at: string;
                        updated_at: string;
                        rpo_seconds: number;
                        attachment_count: number;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_policy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        version: number;
                        template: boolean;
                        spec: {
                            name: string;
                            description?: string;
                            timezone?: string;
                            schedule: {
                                hourly?: string;
                                daily?: string;
                                weekly?: string;
                                monthly?: string;
                                cron?: string;
                            };
                            retention: {
                                hourly?: number;
                                daily?: number;
                                weekly?: number;
                                monthly?: number;
                                yearly?: number;
                                keep_last?: number;
                                keep_within?: string;
                            };
                            copy?: {
                                cross_region: string;
                            };
                            target?: {
                                /** @enum {string} */
                                storage_class?: "STANDARD" | "INFREQUENT" | "ARCHIVE";
                                object_lock?: {
                                    /** @enum {string} */
                                    mode: "GOVERNANCE" | "COMPLIANCE";
                                    days: number;
                                };
                            };
                            tiers?: {
                                /** @default 30d */
                                hot: string;
                                /** @default 90d */
                                warm: string;
                                /** @default 365d */
                                cold: string;
                            };
                            /** @default false */
                            immutable: boolean;
                            rpo?: string;
                            /** @default 8h */
                            start_window: string;
                            /** @default 7d */
                            complete_within: string;
                            /** @default 0s */
                            jitter: string;
                            /**
                             * @default one
                             * @enum {string}
                             */
                            catch_up: "one" | "none";
                            /** @default 7d */
                            catch_up_window: string;
                            /**
                             * @default skip
                             * @enum {string}
                             */
                            overlap: "skip" | "queue_one";
                            max_concurrent?: number;
                            retry: {
                                /** @default 3 */
                                max: number;
                                /** @default 1m */
                                backoff: string;
                            };
                        };
                        created_at: string;
                        updated_at: string;
                        rpo_seconds: number;
                        attachment_count: number;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_policy: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    update_policy: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The policy as YAML; errors name line and field */
                    yaml: string;
                } | {
                    /** @description The policy as JSON */
                    spec: {
                        [key: string]: unknown;
                    };
                } | {
                    /** @description Given fields replace, mappings merge, null removes; e.g. `{"immutable": true}` */
                    changes: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        version: number;
                        template: boolean;
                        spec: {
                            name: string;
                            description?: string;
                            timezone?: string;
                            schedule: {
                                hourly?: string;
                                daily?: string;
                                weekly?: string;
                                monthly?: string;
                                cron?: string;
                            };
                            retention: {
                                hourly?: number;
                                daily?: number;
                                weekly?: number;
                                monthly?: number;
                                yearly?: number;
                                keep_last?: number;
                                keep_within?: string;
                            };
                            copy?: {
                                cross_region: string;
                            };
                            target?: {
                                /** @enum {string} */
                                storage_class?: "STANDARD" | "INFREQUENT" | "ARCHIVE";
                                object_lock?: {
                                    /** @enum {string} */
                                    mode: "GOVERNANCE" | "COMPLIANCE";
                                    days: number;
                                };
                            };
                            tiers?: {
                                /** @default 30d */
                                hot: string;
                                /** @default 90d */
                                warm: string;
                                /** @default 365d */
                                cold: string;
                            };
                            /** @default false */
                            immutable: boolean;
                            rpo?: string;
                            /** @default 8h */
                            start_window: string;
                            /** @default 7d */
                            complete_within: string;
                            /** @default 0s */
                            jitter: string;
                            /**
                             * @default one
                             * @enum {string}
                             */
                            catch_up: "one" | "none";
                            /** @default 7d */
                            catch_up_window: string;
                            /**
                             * @default skip
                             * @enum {string}
                             */
                            overlap: "skip" | "queue_one";
                            max_concurrent?: number;
                            retry: {
                                /** @default 3 */
                                max: number;
                                /** @default 1m */
                                backoff: string;
                            };
                        };
                        created_at: string;
                        updated_at: string;
                        rpo_seconds: number;
                        attachment_count: number;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_policy_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            version: number;
                            spec: {
                                name: string;
                                description?: string;
                                timezone?: string;
                                schedule: {
                                    hourly?: string;
                                    daily?: string;
                                    weekly?: string;
                                    monthly?: string;
                                    cron?: string;
                                };
                                retention: {
                                    hourly?: number;
                                    daily?: number;
                                    weekly?: number;
                                    monthly?: number;
                                    yearly?: number;
                                    keep_last?: number;
                                    keep_within?: string;
                                };
                                copy?: {
                                    cross_region: string;
                                };
                                target?: {
                                    /** @enum {string} */
                                    storage_class?: "STANDARD" | "INFREQUENT" | "ARCHIVE";
                                    object_lock?: {
                                        /** @enum {string} */
                                        mode: "GOVERNANCE" | "COMPLIANCE";
                                        days: number;
                                    };
                                };
                                tiers?: {
                                    /** @default 30d */
                                    hot: string;
                                    /** @default 90d */
                                    warm: string;
                                    /** @default 365d */
                                    cold: string;
                                };
                                /** @default false */
                                immutable: boolean;
                                rpo?: string;
                                /** @default 8h */
                                start_window: string;
                                /** @default 7d */
                                complete_within: string;
                                /** @default 0s */
                                jitter: string;
                                /**
                                 * @default one
                                 * @enum {string}
                                 */
                                catch_up: "one" | "none";
                                /** @default 7d */
                                catch_up_window: string;
                                /**
                                 * @default skip
                                 * @enum {string}
                                 */
                                overlap: "skip" | "queue_one";
                                max_concurrent?: number;
                                retry: {
                                    /** @default 3 */
                                    max: number;
                                    /** @default 1m */
                                    backoff: string;
                                };
                            };
                            /** Format: date-time */
                            created_at: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    preview_policy: {
        parameters: {
            query?: {
                /** @description How many runs to look ahead */
                runs?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        rpo_seconds: number;
                        zone: string;
                        runs: {
                            /** Format: date-time */
                            at: string;
                            rules: ("hourly" | "daily" | "weekly" | "monthly" | "cron")[];
                            classes: ("hourly" | "daily" | "weekly" | "monthly" | "yearly")[];
                            retain_until: string | null;
                            lock_until: string | null;
                            reasons: string[];
                        }[];
                        kept: {
                            /** @enum {string} */
                            class: "hourly" | "daily" | "weekly" | "monthly" | "yearly" | "keep_last" | "keep_within";
                            count: number;
                            text: string;
                        }[];
                        warnings: string[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    preview_new_policy: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    yaml: string;
                } | {
                    spec: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        rpo_seconds: number;
                        zone: string;
                        runs: {
                            /** Format: date-time */
                            at: string;
                            rules: ("hourly" | "daily" | "weekly" | "monthly" | "cron")[];
                            classes: ("hourly" | "daily" | "weekly" | "monthly" | "yearly")[];
                            retain_until: string | null;
                            lock_until: string | null;
                            reasons: string[];
                        }[];
                        kept: {
                            /** @enum {string} */
                            class: "hourly" | "daily" | "weekly" | "monthly" | "yearly" | "keep_last" | "keep_within";
                            count: number;
                            text: string;
                        }[];
                        warnings: string[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    simulate_policy: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 365 */
                    days?: number;
                    /** @default EUR */
                    currency?: string;
                    yaml?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        policy: string;
                        days: number;
                        currency: string;
                        workloads: number;
                        unmeasured: number;
                        base_bytes: number;
                        change_bytes_per_day: number;
                        current: {
                            rpo_seconds: number;
                            longest_gap_seconds: number;
                            rpo_held: boolean;
                            rpo_misses: string[];
                            runs: number;
                            kept: {
                                /** Format: date-time */
                                at: string;
                                classes: string[];
                                until: string | null;
                            }[];
                            months: {
                                month: string;
                                points: number;
                                bytes: {
                                    hot: number;
                                    warm: number;
                                    cold: number;
                                };
                                transfer_bytes: number;
                                cost: string | null;
                            }[];
                            cost_total: string | null;
                        };
                        changed: {
                            rpo_seconds: number;
                            longest_gap_seconds: number;
                            rpo_held: boolean;
                            rpo_misses: string[];
                            runs: number;
                            kept: {
                                /** Format: date-time */
                                at: string;
                                classes: string[];
                                until: string | null;
                            }[];
                            months: {
                                month: string;
                                points: number;
                                bytes: {
                                    hot: number;
                                    warm: number;
                                    cold: number;
                                };
                                transfer_bytes: number;
                                cost: string | null;
                            }[];
                            cost_total: string | null;
                        } | null;
                        coverage: {
                            gains_total: number;
                            gains: {
                                workload_id: string;
                                name: string;
                                why: string;
                            }[];
                            loses_total: number;
                            loses: {
                                workload_id: string;
                                name: string;
                                why: string;
                            }[];
                            proofs_ended: number;
                        } | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    reattach_policy: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        policy: string;
                        added: {
                            workload_id: string;
                            name: string;
                            reasons: string[];
                        }[];
                        removed: {
                            workload_id: string;
                            name: string;
                            reasons: string[];
                        }[];
                        unchanged: {
                            workload_id: string;
                            name: string;
                            reasons: string[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_attachments: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            policy_id: string;
                            policy_name: string;
                            target: {
                                project_id?: string;
                                types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                                names?: string[];
                                selectors?: string[];
                            };
                            /** Format: date-time */
                            created_at: string;
                            target_text: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_attachment: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    policy: string;
                    target: {
                        project?: string;
                        types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                        names?: string[];
                        selectors?: string[];
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        policy_id: string;
                        policy_name: string;
                        target: {
                            project_id?: string;
                            types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                            names?: string[];
                            selectors?: string[];
                        };
                        /** Format: date-time */
                        created_at: string;
                        target_text: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    preview_attachment: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    policy: string;
                    target: {
                        project?: string;
                        types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                        names?: string[];
                        selectors?: string[];
                    };
                } | {
                    /** @description Id of an attachment */
                    remove: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        policy: string;
                        added_total: number;
                        removed_total: number;
                        unchanged_total: number;
                        added: {
                            workload_id: string;
                            name: string;
                        }[];
                        removed: {
                            workload_id: string;
                            name: string;
                        }[];
                        left_bare_total: number;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_attachment: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_backups: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project_id: string;
                            workload_id: string;
                            policy_id: string | null;
                            policy_version: number | null;
                            region_id: string;
                            repository_id: string;
                            job_id: string | null;
                            manifest_key: string | null;
                            /** @enum {string} */
                            state: "CREATING" | "AVAILABLE" | "FAILED" | "DAMAGED" | "DELETING" | "DELETED";
                            status_reason: string | null;
                            gfs: {
                                /** @enum {string} */
                                class: "hourly" | "daily" | "weekly" | "monthly" | "yearly";
                                period: string;
                                /** Format: date-time */
                                retain_until: string;
                            }[];
                            /** Format: date-time */
                            created_at: string;
                            completed_at: string | null;
                            retain_until: string | null;
                            lock_mode: ("GOVERNANCE" | "COMPLIANCE") | null;
                            lock_until: string | null;
                            source_bytes: number | null;
                            stored_bytes: number | null;
                            file_count: number | null;
                            problem_count: number;
                            /** @enum {string} */
                            verified_state: "UNVERIFIED" | "VALID" | "PARTIAL" | "INVALID";
                            verified_at: string | null;
                            workload_name: string;
                            project_name: string;
                            policy_name: string | null;
                            region_name: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_backup: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    workload: string;
                    project?: string;
                    policy?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_backup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        workload_id: string;
                        policy_id: string | null;
                        policy_version: number | null;
                        region_id: string;
                        repository_id: string;
                        job_id: string | null;
                        manifest_key: string | null;
                        /** @enum {string} */
                        state: "CREATING" | "AVAILABLE" | "FAILED" | "DAMAGED" | "DELETING" | "DELETED";
                        status_reason: string | null;
                        gfs: {
                            /** @enum {string} */
                            class: "hourly" | "daily" | "weekly" | "monthly" | "yearly";
                            period: string;
                            /** Format: date-time */
                            retain_until: string;
                        }[];
                        /** Format: date-time */
                        created_at: string;
                        completed_at: string | null;
                        retain_until: string | null;
                        lock_mode: ("GOVERNANCE" | "COMPLIANCE") | null;
                        lock_until: string | null;
                        source_bytes: number | null;
                        stored_bytes: number | null;
                        file_count: number | null;
                        problem_count: number;
                        /** @enum {string} */
                        verified_state: "UNVERIFIED" | "VALID" | "PARTIAL" | "INVALID";
                        verified_at: string | null;
                        workload_name: string;
                        project_name: string;
                        policy_name: string | null;
                        region_name: string;
                        problems: {
                            [key: string]: unknown;
                        }[];
                        retention_reasons: string[];
                        error: {
                            [key: string]: unknown;
                        } | null;
                        copies: {
                            id: string;
                            backup_id: string;
                            region_id: string;
                            repository_id: string;
                            /** @enum {string} */
                            state: "PENDING" | "RUNNING" | "AVAILABLE" | "FAILED" | "DAMAGED" | "DELETED";
                            status_reason: string | null;
                            job_id: string | null;
                            lag_seconds: number | null;
                            copied_bytes: number | null;
                            /** Format: date-time */
                            created_at: string;
                            completed_at: string | null;
                            region_name: string;
                            workload_name: string;
                            policy_name: string | null;
                        }[];
                        restorable: {
                            /** Format: date-time */
                            earliest: string;
                            earliest_lsn: string;
                            latest: string | null;
                            latest_lsn: string;
                            timeline: number | null;
                            gap: {
                                timeline: number | null;
                                from_lsn: string;
                                to_lsn: string | null;
                            } | null;
                            summary: string;
                        } | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_backup: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    bypass_delete_backup: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    undelete_backup: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_copies: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            backup_id: string;
                            region_id: string;
                            repository_id: string;
                            /** @enum {string} */
                            state: "PENDING" | "RUNNING" | "AVAILABLE" | "FAILED" | "DAMAGED" | "DELETED";
                            status_reason: string | null;
                            job_id: string | null;
                            lag_seconds: number | null;
                            copied_bytes: number | null;
                            /** Format: date-time */
                            created_at: string;
                            completed_at: string | null;
                            region_name: string;
                            workload_name: string;
                            policy_name: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_copy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        backup_id: string;
                        region_id: string;
                        repository_id: string;
                        /** @enum {string} */
                        state: "PENDING" | "RUNNING" | "AVAILABLE" | "FAILED" | "DAMAGED" | "DELETED";
                        status_reason: string | null;
                        job_id: string | null;
                        lag_seconds: number | null;
                        copied_bytes: number | null;
                        /** Format: date-time */
                        created_at: string;
                        completed_at: string | null;
                        region_name: string;
                        workload_name: string;
                        policy_name: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_restores: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            job_id: string;
                            backup_id: string;
                            region_id: string;
                            /** @enum {string} */
                            mode: "in_place" | "new_resource" | "path";
                            target: {
                                [key: string]: unknown;
                            };
                            restored_bytes: number | null;
                            restored_files: number | null;
                            problem_count: number;
                            /** Format: date-time */
                            created_at: string;
                            completed_at: string | null;
                            workload_name: string;
                            region_name: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_restore: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    backup_id: string;
                    region?: string;
                    in_place?: boolean;
                    agent?: string;
                    /** Format: starts_with */
                    target_path?: string;
                    target_project?: string;
                    new_name?: string;
                    paths?: string[];
                    replace_existing?: boolean;
                    delete_extra?: boolean;
                    options?: {
                        [key: string]: unknown;
                    };
                    override?: string;
                    confirm?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backup_id: string;
                        region: string;
                        copy_id: string | null;
                        /** @enum {string} */
                        mode: "in_place" | "new_resource" | "path";
                        target: string;
                        files: number;
                        directories: number;
                        others: number;
                        bytes: number;
                        overwrites: string[];
                        overwrites_total: number;
                        deletes: string[];
                        deletes_total: number;
                        notes: string[];
                        forecast: {
                            /** @enum {string} */
                            basis: "workload" | "kind" | "none";
                            drills: number;
                            p50_seconds: number | null;
                            p95_seconds: number | null;
                            thaw_seconds: number;
                            class: string;
                            rto_target_seconds: number;
                            meets_target: boolean | null;
                        } | null;
                        confirm_with: string | null;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        job_id: string;
                        backup_id: string;
                        region_id: string;
                        /** @enum {string} */
                        mode: "in_place" | "new_resource" | "path";
                        target: {
                            [key: string]: unknown;
                        };
                        restored_bytes: number | null;
                        restored_files: number | null;
                        problem_count: number;
                        /** Format: date-time */
                        created_at: string;
                        completed_at: string | null;
                        workload_name: string;
                        region_name: string;
                        problems: {
                            [key: string]: unknown;
                        }[];
                        details: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_verifications: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            job_id: string | null;
                            backup_id: string;
                            region_id: string;
                            verdict: ("VALID" | "PARTIAL" | "INVALID") | null;
                            cause: ("SourceCorruption" | "KeyRevoked" | "StorageBackend") | null;
                            checked_objects: number | null;
                            checked_bytes: number | null;
                            findings: {
                                [key: string]: unknown;
                            }[];
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            region_name: string;
                            workload_name: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_verification: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    backup_id: string;
                    region?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_verification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        job_id: string | null;
                        backup_id: string;
                        region_id: string;
                        verdict: ("VALID" | "PARTIAL" | "INVALID") | null;
                        cause: ("SourceCorruption" | "KeyRevoked" | "StorageBackend") | null;
                        checked_objects: number | null;
                        checked_bytes: number | null;
                        findings: {
                            [key: string]: unknown;
                        }[];
                        /** Format: date-time */
                        started_at: string;
                        finished_at: string | null;
                        region_name: string;
                        workload_name: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_coverage: {
        parameters: {
            query?: {
                /** @description Id or name; without it all projects */
                project?: string;
                /** @description Only these: ids joined by commas, at most 200 */
                workloads?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        generated_at: string;
                        project: string | null;
                        totals: {
                            workloads: number;
                            protected: number;
                            excepted: number;
                            at_risk: number;
                            proven: number;
                        };
                        uncovered: string[];
                        workloads: {
                            workload_id: string;
                            name: string;
                            /** @enum {string} */
                            type: "vm" | "volume" | "share" | "database" | "bucket" | "host" | "application";
                            project: string;
                            tags: {
                                [key: string]: string;
                            };
                            /** @enum {string} */
                            status: "protected" | "excepted" | "at_risk";
                            policies: {
                                name: string;
                                reasons: string[];
                            }[];
                            rpo_seconds: number | null;
                            last_good_backup: {
                                id: string;
                                /** Format: date-time */
                                created_at: string;
                                age_seconds: number;
                            } | null;
                            rpo_met: boolean | null;
                            next_run_at: string | null;
                            exception: {
                                owner: string | null;
                                reason: string | null;
                                expires_at: string | null;
                            } | null;
                            findings: {
                                code: string;
                                /** @enum {string} */
                                level: "risk" | "warning";
                                message: string;
                                fix: string;
                            }[];
                            proof: {
                                drill_id: string;
                                /** Format: date-time */
                                proven_at: string;
                                age_seconds: number;
                                /** @enum {string} */
                                state: "proven" | "old" | "void";
                                void_reasons: string[];
                                rto_seconds: number | null;
                                rpo_seconds: number | null;
                            } | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_overview: {
        parameters: {
            query?: {
                /** @description Id or name; without it all projects */
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        generated_at: string;
                        coverage: {
                            workloads: number;
                            protected: number;
                            excepted: number;
                            at_risk: number;
                            proven: number;
                            uncovered: number;
                        };
                        rpo: {
                            policy: string;
                            rpo_seconds: number;
                            workloads: number;
                            met: number;
                            missed: string[];
                        }[];
                        activity: {
                            /** Format: date-time */
                            since: string;
                            /** Format: date-time */
                            until: string;
                            counts: {
                                [key: string]: number;
                            };
                            workloads_total: number;
                            workloads: {
                                workload_id: string;
                                name: string;
                                project: string;
                                failed: number;
                                runs: {
                                    job_id: string;
                                    /** @enum {string} */
                                    state: "QUEUED" | "WAITING_WINDOW" | "RUNNING" | "VERIFYING" | "SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS" | "FAILED" | "EXPIRED" | "SKIPPED" | "COVERED_BY" | "CANCELED";
                                    status_reason: string | null;
                                    /** Format: date-time */
                                    started_at: string;
                                    finished_at: string | null;
                                }[];
                            }[];
                        };
                        storage: {
                            region: string;
                            backups: number;
                            copies: number;
                            source_bytes: number;
                            stored_bytes: number;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_storage_growth: {
        parameters: {
            query?: {
                /** @description Id or name; without it all projects */
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        generated_at: string;
                        method: string;
                        days_measured: number;
                        days_needed: number;
                        tiers: {
                            /** @enum {string} */
                            tier: "hot" | "warm" | "cold";
                            bytes: number;
                            history: {
                                day: string;
                                bytes: number;
                            }[];
                            change_bytes_per_day: number | null;
                            ahead: {
                                days: number;
                                bytes: number;
                                low_bytes: number;
                                high_bytes: number;
                            }[] | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_replication_status: {
        parameters: {
            query?: {
                /** @description Id or name; without it all policies */
                policy?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        lag_seconds: number;
                        failures_24h: number;
                        pairs: {
                            from_region: string;
                            to_region: string;
                            lag_seconds: number;
                            pending: number;
                            failed: number;
                            oldest_uncopied: string | null;
                            newest_copy_at: string | null;
                            newest_lag_seconds: number | null;
                            failures_24h: number;
                            copied_bytes_24h: number;
                            bytes_per_second_24h: number | null;
                            backlog_bytes: number;
                            source_bytes_24h: number;
                            link: {
                                from_region: string;
                                to_region: string;
                                bytes_per_second: number | null;
                                window: string | null;
                                open: boolean;
                                opens_at: string | null;
                            } | null;
                            cause: ("window_closed" | "target_quota" | "link_down" | "copy_failed" | "source_faster_than_link" | "copying" | "queued") | null;
                            cause_text: string | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_region_links: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            from_region: string;
                            to_region: string;
                            bytes_per_second: number | null;
                            window: string | null;
                            open: boolean;
                            opens_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_region_link: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or name of the region that copies come from */
                    from: string;
                    /** @description Id or name of the region that they go to */
                    to: string;
                    bytes_per_second?: number | null;
                    /** @description For example 22:00-06:00 Asia/Dhaka */
                    window?: string | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        from_region: string;
                        to_region: string;
                        bytes_per_second: number | null;
                        window: string | null;
                        open: boolean;
                        opens_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    rebuild_catalog: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default [] */
                    stores?: ({
                        /** @enum {string} */
                        kind: "fs";
                        /** Format: starts_with */
                        path: string;
                        quota_bytes?: number;
                        thaw_seconds?: number;
                    } | {
                        /** @enum {string} */
                        kind: "s3";
                        bucket: string;
                        /** Format: uri */
                        endpoint?: string;
                        s3_region?: string;
                        path_style?: boolean;
                        /** Format: starts_with */
                        ca_file?: string;
                        credentials: {
                            /** @enum {string} */
                            from: "env";
                            name: string;
                        } | {
                            /** @enum {string} */
                            from: "file";
                            /** Format: starts_with */
                            path: string;
                            profile?: string;
                        };
                        classes?: {
                            hot?: string;
                            warm?: string;
                            cold?: string;
                        };
                        prefix: string;
                    })[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_sweep: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    region: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_bypass_sweep: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    region: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_folder: {
        parameters: {
            query?: {
                /** @description Path from the top of the backup; bytes that are no UTF-8 as `\xHH` */
                path?: string;
                /** @description Id or name of the region to read from; without it the backup's own, unless that is damaged */
                region?: string;
                page_size?: number;
                /** @description `next_page_token` of the page before */
                page_token?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backup_id: string;
                        path: string;
                        items: {
                            name: string;
                            path: string;
                            /** @enum {string} */
                            type: "file" | "directory" | "symlink" | "block_device" | "character_device" | "fifo" | "socket";
                            mode: string;
                            uid: number;
                            gid: number;
                            nlink: number;
                            size_bytes: number;
                            /** Format: date-time */
                            modified_at: string;
                            target: string | null;
                            mtime_ns: string;
                            xattrs: {
                                name: string;
                                value_base64: string;
                            }[];
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_file: {
        parameters: {
            query?: {
                /** @description Path from the top of the backup; bytes that are no UTF-8 as `\xHH` */
                path?: string;
                /** @description Id or name of the region to read from; without it the backup's own, unless that is damaged */
                region?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        path: string;
                        /** @enum {string} */
                        type: "file" | "directory" | "symlink" | "block_device" | "character_device" | "fifo" | "socket";
                        mode: string;
                        uid: number;
                        gid: number;
                        nlink: number;
                        size_bytes: number;
                        /** Format: date-time */
                        modified_at: string;
                        target: string | null;
                        mtime_ns: string;
                        xattrs: {
                            name: string;
                            value_base64: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_files: {
        parameters: {
            query?: {
                /** @description Path from the top of the backup; bytes that are no UTF-8 as `\xHH` */
                path?: string;
                /** @description Id or name of the region to read from; without it the backup's own, unless that is damaged */
                region?: string;
                /** @description Name with `*` and `?` as in a shell; case does not count */
                name?: string;
                /** @description How many hits at most */
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            path: string;
                            /** @enum {string} */
                            type: "file" | "directory" | "symlink" | "block_device" | "character_device" | "fifo" | "socket";
                            mode: string;
                            uid: number;
                            gid: number;
                            nlink: number;
                            size_bytes: number;
                            /** Format: date-time */
                            modified_at: string;
                            target: string | null;
                            backup_id: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        searched_backups: number;
                        complete: boolean;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    search_files: {
        parameters: {
            query: {
                /** @description Id, or name together with `project` */
                workload: string;
                project?: string;
                /** @description Part of a name, or all of it with `*` and `?`; case does not count */
                name: string;
                /** @description How many hits at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            path: string;
                            /** @enum {string} */
                            type: "file" | "directory" | "symlink" | "block_device" | "character_device" | "fifo" | "socket";
                            mode: string;
                            uid: number;
                            gid: number;
                            nlink: number;
                            size_bytes: number;
                            /** Format: date-time */
                            modified_at: string;
                            target: string | null;
                            backup_id: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        searched_backups: number;
                        complete: boolean;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    read_file: {
        parameters: {
            query?: {
                /** @description Path from the top of the backup; bytes that are no UTF-8 as `\xHH` */
                path?: string;
                /** @description Id or name of the region to read from; without it the backup's own, unless that is damaged */
                region?: string;
                /** @description `tar`: a folder, or a file, as an archive */
                format?: "raw" | "tar";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                    "application/x-tar": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                    "application/x-tar": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_holds: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project_id: string;
                            backup_id: string | null;
                            workload_id: string | null;
                            reason: string;
                            created_by: string;
                            /** Format: date-time */
                            created_at: string;
                            released_by: string | null;
                            released_at: string | null;
                            release_reason: string | null;
                            workload_name: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_hold: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    backup_id?: string;
                    workload?: string;
                    project?: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_hold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        backup_id: string | null;
                        workload_id: string | null;
                        reason: string;
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        released_by: string | null;
                        released_at: string | null;
                        release_reason: string | null;
                        workload_name: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    release_hold: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    plan_tiers: {
        parameters: {
            query: {
                project: string;
                region: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        moves_by: {
                            packs: number;
                            bytes: number;
                            /** @enum {string} */
                            from: "hot" | "warm" | "cold";
                            /** @enum {string} */
                            to: "hot" | "warm" | "cold";
                        }[];
                        deferred: {
                            minimum: {
                                packs: number;
                                bytes: number;
                            };
                            expires: {
                                packs: number;
                                bytes: number;
                            };
                            locked: {
                                packs: number;
                                bytes: number;
                            };
                        };
                        now: {
                            hot: {
                                packs: number;
                                bytes: number;
                            };
                            warm: {
                                packs: number;
                                bytes: number;
                            };
                            cold: {
                                packs: number;
                                bytes: number;
                            };
                        };
                        after: {
                            hot: {
                                packs: number;
                                bytes: number;
                            };
                            warm: {
                                packs: number;
                                bytes: number;
                            };
                            cold: {
                                packs: number;
                                bytes: number;
                            };
                        };
                        saves_month: number | null;
                        backups: {
                            hot: number;
                            warm: number;
                            cold: number;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_tier_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            project_id: string;
                            project: string;
                            region_id: string;
                            region: string;
                            enabled: boolean;
                            last_run_at: string | null;
                            tiers: {
                                [key: string]: unknown;
                            } | null;
                            packs_moved: number | null;
                            packs_thawing: number | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    run_tiers: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    region: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_region_tiers: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    enabled?: boolean;
                    price_gib_month?: {
                        hot?: number | null;
                        warm?: number | null;
                        cold?: number | null;
                    };
                    min_days?: {
                        hot?: number;
                        warm?: number;
                        cold?: number;
                    };
                    thaw_hours?: number;
                    thaw_price_gib?: number | null;
                    thaw_seconds?: number | null;
                    classes?: {
                        hot?: string;
                        warm?: string;
                        cold?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        region: string;
                        enabled: boolean;
                        price_gib_month: {
                            hot: number | null;
                            warm: number | null;
                            cold: number | null;
                        };
                        min_days: {
                            hot: number;
                            warm: number;
                            cold: number;
                        };
                        thaw_hours: number;
                        thaw_price_gib: number | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_thaws: {
        parameters: {
            query?: {
                backup_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            backup_id: string;
                            region: string;
                            job_id: string | null;
                            /** @enum {string} */
                            state: "THAWING" | "READY" | "FAILED" | "EXPIRED";
                            packs: number;
                            bytes: number;
                            cost: number | null;
                            expected_at: string | null;
                            /** Format: date-time */
                            requested_at: string;
                            ready_at: string | null;
                            expires_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_thaw: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    backup_id: string;
                    region?: string;
                    keep_hours?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backup_id: string;
                        region: string;
                        packs: number;
                        bytes: number;
                        /** Format: date-time */
                        expected_at: string;
                        cost: number | null;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            /** @enum {string} */
                            kind: "backup" | "copy" | "verify" | "restore" | "catalog_rebuild" | "delete" | "undelete" | "sweep" | "hold" | "tier" | "thaw" | "retention_audit" | "rotate" | "reseal" | "retire_key" | "deep_read" | "integrity" | "drill" | "recovery_drill" | "report";
                            /** @enum {string} */
                            state: "QUEUED" | "WAITING_WINDOW" | "RUNNING" | "VERIFYING" | "SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS" | "FAILED" | "EXPIRED" | "SKIPPED" | "COVERED_BY" | "CANCELED";
                            project_id: string | null;
                            workload_id: string | null;
                            policy_id: string | null;
                            policy_version: number | null;
                            slot_id: string | null;
                            backup_id: string | null;
                            parent_id: string | null;
                            attempt: number;
                            max_attempts: number;
                            /** Format: date-time */
                            run_after: string;
                            window_until: string | null;
                            status_reason: string | null;
                            error: {
                                code: string;
                                /** @enum {string} */
                                fault: "user" | "operational" | "bug";
                                /** @enum {string} */
                                retry: "never" | "soon" | "later";
                                status_reason: string;
                                message: string;
                                fix: string;
                                context: {
                                    [key: string]: unknown;
                                };
                            } | null;
                            progress: {
                                done_bytes: number;
                                total_bytes: number | null;
                                done_files: number;
                                total_files: number | null;
                                rate_bytes_per_second: number | null;
                                left_seconds: number | null;
                                step: string | null;
                            } | null;
                            result: {
                                [key: string]: unknown;
                            } | null;
                            /** Format: date-time */
                            created_at: string;
                            started_at: string | null;
                            finished_at: string | null;
                            workload_name: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "backup" | "copy" | "verify" | "restore" | "catalog_rebuild" | "delete" | "undelete" | "sweep" | "hold" | "tier" | "thaw" | "retention_audit" | "rotate" | "reseal" | "retire_key" | "deep_read" | "integrity" | "drill" | "recovery_drill" | "report";
                        /** @enum {string} */
                        state: "QUEUED" | "WAITING_WINDOW" | "RUNNING" | "VERIFYING" | "SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS" | "FAILED" | "EXPIRED" | "SKIPPED" | "COVERED_BY" | "CANCELED";
                        project_id: string | null;
                        workload_id: string | null;
                        policy_id: string | null;
                        policy_version: number | null;
                        slot_id: string | null;
                        backup_id: string | null;
                        parent_id: string | null;
                        attempt: number;
                        max_attempts: number;
                        /** Format: date-time */
                        run_after: string;
                        window_until: string | null;
                        status_reason: string | null;
                        error: {
                            code: string;
                            /** @enum {string} */
                            fault: "user" | "operational" | "bug";
                            /** @enum {string} */
                            retry: "never" | "soon" | "later";
                            status_reason: string;
                            message: string;
                            fix: string;
                            context: {
                                [key: string]: unknown;
                            };
                        } | null;
                        progress: {
                            done_bytes: number;
                            total_bytes: number | null;
                            done_files: number;
                            total_files: number | null;
                            rate_bytes_per_second: number | null;
                            left_seconds: number | null;
                            step: string | null;
                        } | null;
                        result: {
                            [key: string]: unknown;
                        } | null;
                        /** Format: date-time */
                        created_at: string;
                        started_at: string | null;
                        finished_at: string | null;
                        workload_name: string | null;
                        steps: {
                            job_id: string;
                            seq: number;
                            name: string;
                            /** @enum {string} */
                            state: "RUNNING" | "SUCCEEDED" | "FAILED";
                            attempt: number;
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "backup" | "copy" | "verify" | "restore" | "catalog_rebuild" | "delete" | "undelete" | "sweep" | "hold" | "tier" | "thaw" | "retention_audit" | "rotate" | "reseal" | "retire_key" | "deep_read" | "integrity" | "drill" | "recovery_drill" | "report";
                        /** @enum {string} */
                        state: "QUEUED" | "WAITING_WINDOW" | "RUNNING" | "VERIFYING" | "SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS" | "FAILED" | "EXPIRED" | "SKIPPED" | "COVERED_BY" | "CANCELED";
                        project_id: string | null;
                        workload_id: string | null;
                        policy_id: string | null;
                        policy_version: number | null;
                        slot_id: string | null;
                        backup_id: string | null;
                        parent_id: string | null;
                        attempt: number;
                        max_attempts: number;
                        /** Format: date-time */
                        run_after: string;
                        window_until: string | null;
                        status_reason: string | null;
                        error: {
                            code: string;
                            /** @enum {string} */
                            fault: "user" | "operational" | "bug";
                            /** @enum {string} */
                            retry: "never" | "soon" | "later";
                            status_reason: string;
                            message: string;
                            fix: string;
                            context: {
                                [key: string]: unknown;
                            };
                        } | null;
                        progress: {
                            done_bytes: number;
                            total_bytes: number | null;
                            done_files: number;
                            total_files: number | null;
                            rate_bytes_per_second: number | null;
                            left_seconds: number | null;
                            step: string | null;
                        } | null;
                        result: {
                            [key: string]: unknown;
                        } | null;
                        /** Format: date-time */
                        created_at: string;
                        started_at: string | null;
                        finished_at: string | null;
                        workload_name: string | null;
                        steps: {
                            job_id: string;
                            seq: number;
                            name: string;
                            /** @enum {string} */
                            state: "RUNNING" | "SUCCEEDED" | "FAILED";
                            attempt: number;
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_drill_classes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            title: string;
                            rank: number;
                            rto_seconds: number;
                            rpo_seconds: number;
                            remedy_seconds: number;
                            proof_seconds: number;
                            tag_values: string[];
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    change_drill_class: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    rto_seconds?: number;
                    rpo_seconds?: number;
                    /** @description By when what a drill found must be mended */
                    remedy_seconds?: number;
                    /** @description How old a proof of restorability may be */
                    proof_seconds?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        title: string;
                        rank: number;
                        rto_seconds: number;
                        rpo_seconds: number;
                        remedy_seconds: number;
                        proof_seconds: number;
                        tag_values: string[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_drill_plans: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            project_id: string | null;
                            spec: {
                                select: {
                                    project?: string;
                                    types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                                    classes?: string[];
                                    selector?: string;
                                    workloads?: string[];
                                };
                                cadence: {
                                    /** @enum {string} */
                                    every: "weekly" | "biweekly" | "monthly" | "quarterly";
                                    /** @default 1 */
                                    week: number;
                                    /**
                                     * @default tue
                                     * @enum {string}
                                     */
                                    weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
                                    /** @default 09:00 */
                                    at: string;
                                    /** @default UTC */
                                    timezone: string;
                                };
                                /**
                                 * @default {
                                 *       "choose": "latest"
                                 *     }
                                 */
                                backup: {
                                    /** @enum {string} */
                                    choose: "latest";
                                } | {
                                    /** @enum {string} */
                                    choose: "random";
                                    /** @default 30d */
                                    within: string;
                                };
                                sandbox: string;
                                /** @default 25 */
                                workloads_max: number;
                                owner: string;
                                /** @default 17179869184 */
                                content_bytes_max: number;
                                connections?: {
                                    name?: string;
                                    host: string;
                                    port: number;
                                    /**
                                     * @default open
                                     * @enum {string}
                                     */
                                    expect: "open" | "closed";
                                }[];
                            };
                            cadence: string;
                            enabled: boolean;
                            next_due_at: string | null;
                            revision: number;
                            created_by: string;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_drill_plan: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    spec: {
                        select: {
                            project?: string;
                            types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                            classes?: string[];
                            selector?: string;
                            workloads?: string[];
                        };
                        cadence: {
                            /** @enum {string} */
                            every: "weekly" | "biweekly" | "monthly" | "quarterly";
                            /** @default 1 */
                            week?: number;
                            /**
                             * @default tue
                             * @enum {string}
                             */
                            weekday?: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
                            /** @default 09:00 */
                            at?: string;
                            /** @default UTC */
                            timezone?: string;
                        };
                        /**
                         * @default {
                         *       "choose": "latest"
                         *     }
                         */
                        backup?: {
                            /** @enum {string} */
                            choose: "latest";
                        } | {
                            /** @enum {string} */
                            choose: "random";
                            /** @default 30d */
                            within?: string;
                        };
                        sandbox: string;
                        /** @default 25 */
                        workloads_max?: number;
                        owner: string;
                        /** @default 17179869184 */
                        content_bytes_max?: number;
                        connections?: {
                            name?: string;
                            host: string;
                            port: number;
                            /**
                             * @default open
                             * @enum {string}
                             */
                            expect?: "open" | "closed";
                        }[];
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string | null;
                        spec: {
                            select: {
                                project?: string;
                                types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                                classes?: string[];
                                selector?: string;
                                workloads?: string[];
                            };
                            cadence: {
                                /** @enum {string} */
                                every: "weekly" | "biweekly" | "monthly" | "quarterly";
                                /** @default 1 */
                                week: number;
                                /**
                                 * @default tue
                                 * @enum {string}
                                 */
                                weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
                                /** @default 09:00 */
                                at: string;
                                /** @default UTC */
                                timezone: string;
                            };
                            /**
                             * @default {
                             *       "choose": "latest"
                             *     }
                             */
                            backup: {
                                /** @enum {string} */
                                choose: "latest";
                            } | {
                                /** @enum {string} */
                                choose: "random";
                                /** @default 30d */
                                within: string;
                            };
                            sandbox: string;
                            /** @default 25 */
                            workloads_max: number;
                            owner: string;
                            /** @default 17179869184 */
                            content_bytes_max: number;
                            connections?: {
                                name?: string;
                                host: string;
                                port: number;
                                /**
                                 * @default open
                                 * @enum {string}
                                 */
                                expect: "open" | "closed";
                            }[];
                        };
                        cadence: string;
                        enabled: boolean;
                        next_due_at: string | null;
                        revision: number;
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_drill_plan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string | null;
                        spec: {
                            select: {
                                project?: string;
                                types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                                classes?: string[];
                                selector?: string;
                                workloads?: string[];
                            };
                            cadence: {
                                /** @enum {string} */
                                every: "weekly" | "biweekly" | "monthly" | "quarterly";
                                /** @default 1 */
                                week: number;
                                /**
                                 * @default tue
                                 * @enum {string}
                                 */
                                weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
                                /** @default 09:00 */
                                at: string;
                                /** @default UTC */
                                timezone: string;
                            };
                            /**
                             * @default {
                             *       "choose": "latest"
                             *     }
                             */
                            backup: {
                                /** @enum {string} */
                                choose: "latest";
                            } | {
                                /** @enum {string} */
                                choose: "random";
                                /** @default 30d */
                                within: string;
                            };
                            sandbox: string;
                            /** @default 25 */
                            workloads_max: number;
                            owner: string;
                            /** @default 17179869184 */
                            content_bytes_max: number;
                            connections?: {
                                name?: string;
                                host: string;
                                port: number;
                                /**
                                 * @default open
                                 * @enum {string}
                                 */
                                expect: "open" | "closed";
                            }[];
                        };
                        cadence: string;
                        enabled: boolean;
                        next_due_at: string | null;
                        revision: number;
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                        workloads: string[];
                        dues: {
                            /** Format: date-time */
                            due_at: string;
                            outcome: string;
                            covered_by: string | null;
                            workloads: number;
                            /** Format: date-time */
                            decided_at: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    enable_drill_plan: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string | null;
                        spec: {
                            select: {
                                project?: string;
                                types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                                classes?: string[];
                                selector?: string;
                                workloads?: string[];
                            };
                            cadence: {
                                /** @enum {string} */
                                every: "weekly" | "biweekly" | "monthly" | "quarterly";
                                /** @default 1 */
                                week: number;
                                /**
                                 * @default tue
                                 * @enum {string}
                                 */
                                weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
                                /** @default 09:00 */
                                at: string;
                                /** @default UTC */
                                timezone: string;
                            };
                            /**
                             * @default {
                             *       "choose": "latest"
                             *     }
                             */
                            backup: {
                                /** @enum {string} */
                                choose: "latest";
                            } | {
                                /** @enum {string} */
                                choose: "random";
                                /** @default 30d */
                                within: string;
                            };
                            sandbox: string;
                            /** @default 25 */
                            workloads_max: number;
                            owner: string;
                            /** @default 17179869184 */
                            content_bytes_max: number;
                            connections?: {
                                name?: string;
                                host: string;
                                port: number;
                                /**
                                 * @default open
                                 * @enum {string}
                                 */
                                expect: "open" | "closed";
                            }[];
                        };
                        cadence: string;
                        enabled: boolean;
                        next_due_at: string | null;
                        revision: number;
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    disable_drill_plan: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string | null;
                        spec: {
                            select: {
                                project?: string;
                                types?: ("vm" | "volume" | "share" | "database" | "bucket" | "host" | "application")[];
                                classes?: string[];
                                selector?: string;
                                workloads?: string[];
                            };
                            cadence: {
                                /** @enum {string} */
                                every: "weekly" | "biweekly" | "monthly" | "quarterly";
                                /** @default 1 */
                                week: number;
                                /**
                                 * @default tue
                                 * @enum {string}
                                 */
                                weekday: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
                                /** @default 09:00 */
                                at: string;
                                /** @default UTC */
                                timezone: string;
                            };
                            /**
                             * @default {
                             *       "choose": "latest"
                             *     }
                             */
                            backup: {
                                /** @enum {string} */
                                choose: "latest";
                            } | {
                                /** @enum {string} */
                                choose: "random";
                                /** @default 30d */
                                within: string;
                            };
                            sandbox: string;
                            /** @default 25 */
                            workloads_max: number;
                            owner: string;
                            /** @default 17179869184 */
                            content_bytes_max: number;
                            connections?: {
                                name?: string;
                                host: string;
                                port: number;
                                /**
                                 * @default open
                                 * @enum {string}
                                 */
                                expect: "open" | "closed";
                            }[];
                        };
                        cadence: string;
                        enabled: boolean;
                        next_due_at: string | null;
                        revision: number;
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        updated_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_drills: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            job_id: string;
                            plan_id: string | null;
                            plan_name: string | null;
                            due_at: string | null;
                            project_id: string;
                            workload_id: string;
                            workload_name: string;
                            class: string;
                            owner: string;
                            /** @enum {string} */
                            state: "RUNNING" | "PASSED" | "MISSED_TARGET" | "FAILED" | "CANCELED";
                            backup_id: string | null;
                            target_time: string | null;
                            restored_to: string | null;
                            /** Format: date-time */
                            requested_at: string;
                            started_at: string | null;
                            functional_at: string | null;
                            finished_at: string | null;
                            rto_seconds: number | null;
                            rpo_seconds: number | null;
                            rto_target_seconds: number;
                            rpo_target_seconds: number;
                            restored_bytes: number | null;
                            restored_files: number | null;
                            status_reason: string | null;
                            findings: {
                                code: string;
                                message: string;
                            }[];
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_drill: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    workload: string;
                    project?: string;
                    sandbox: string;
                    owner?: string;
                    backup?: {
                        /** @enum {string} */
                        choose: "latest";
                    } | {
                        /** @enum {string} */
                        choose: "random";
                        /** @default 30d */
                        within?: string;
                    };
                    connections?: {
                        name?: string;
                        host: string;
                        port: number;
                        /**
                         * @default open
                         * @enum {string}
                         */
                        expect?: "open" | "closed";
                    }[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_drill: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        job_id: string;
                        plan_id: string | null;
                        plan_name: string | null;
                        due_at: string | null;
                        project_id: string;
                        workload_id: string;
                        workload_name: string;
                        class: string;
                        owner: string;
                        /** @enum {string} */
                        state: "RUNNING" | "PASSED" | "MISSED_TARGET" | "FAILED" | "CANCELED";
                        backup_id: string | null;
                        target_time: string | null;
                        restored_to: string | null;
                        /** Format: date-time */
                        requested_at: string;
                        started_at: string | null;
                        functional_at: string | null;
                        finished_at: string | null;
                        rto_seconds: number | null;
                        rpo_seconds: number | null;
                        rto_target_seconds: number;
                        rpo_target_seconds: number;
                        restored_bytes: number | null;
                        restored_files: number | null;
                        status_reason: string | null;
                        findings: {
                            code: string;
                            message: string;
                        }[];
                        restore_id: string | null;
                        region_id: string | null;
                        steps: {
                            name: string;
                            /** Format: date-time */
                            started_at: string;
                            finished_at: string | null;
                            seconds: number | null;
                        }[];
                        validations: {
                            name: string;
                            passed: boolean;
                            detail: string;
                            problems: string[];
                        }[];
                        deviations: {
                            code: string;
                            message: string;
                        }[];
                        subject: {
                            [key: string]: string | number | null;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_proof_summary: {
        parameters: {
            query?: {
                /** @description Id or name; without it all projects */
                project?: string;
                /** @description Drills of so many days */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        generated_at: string;
                        workloads: number;
                        proven: number;
                        proven_share: number;
                        classes: {
                            class: string;
                            title: string;
                            workloads: number;
                            proven: number;
                            drills: number;
                            failed: number;
                            rto_target_seconds: number;
                            rpo_target_seconds: number;
                            rto_p50_seconds: number | null;
                            rto_p95_seconds: number | null;
                            rpo_p50_seconds: number | null;
                            rpo_p95_seconds: number | null;
                        }[];
                        groups: {
                            /** @enum {string} */
                            by: "size" | "tier" | "region";
                            name: string;
                            drills: number;
                            failed: number;
                            rto_p50_seconds: number | null;
                            rto_p95_seconds: number | null;
                            rpo_p50_seconds: number | null;
                            rpo_p95_seconds: number | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_recovery_kit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        kit: {
                            format: string;
                            kit_id: string;
                            /** Format: date-time */
                            made_at: string;
                            regions: {
                                id: string;
                                name: string;
                                country: string;
                                store: {
                                    /** @enum {string} */
                                    kind: "fs";
                                    /** Format: starts_with */
                                    path: string;
                                    quota_bytes?: number;
                                    thaw_seconds?: number;
                                } | {
                                    /** @enum {string} */
                                    kind: "s3";
                                    bucket: string;
                                    /** Format: uri */
                                    endpoint?: string;
                                    s3_region?: string;
                                    path_style?: boolean;
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    credentials: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                        profile?: string;
                                    };
                                    classes?: {
                                        hot?: string;
                                        warm?: string;
                                        cold?: string;
                                    };
                                    prefix: string;
                                };
                            }[];
                            key_ids: string[];
                        };
                        sha256: string;
                        text: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_recovery_kit: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        kit: {
                            format: string;
                            kit_id: string;
                            /** Format: date-time */
                            made_at: string;
                            regions: {
                                id: string;
                                name: string;
                                country: string;
                                store: {
                                    /** @enum {string} */
                                    kind: "fs";
                                    /** Format: starts_with */
                                    path: string;
                                    quota_bytes?: number;
                                    thaw_seconds?: number;
                                } | {
                                    /** @enum {string} */
                                    kind: "s3";
                                    bucket: string;
                                    /** Format: uri */
                                    endpoint?: string;
                                    s3_region?: string;
                                    path_style?: boolean;
                                    /** Format: starts_with */
                                    ca_file?: string;
                                    credentials: {
                                        /** @enum {string} */
                                        from: "env";
                                        name: string;
                                    } | {
                                        /** @enum {string} */
                                        from: "file";
                                        /** Format: starts_with */
                                        path: string;
                                        profile?: string;
                                    };
                                    classes?: {
                                        hot?: string;
                                        warm?: string;
                                        cold?: string;
                                    };
                                    prefix: string;
                                };
                            }[];
                            key_ids: string[];
                        };
                        sha256: string;
                        text: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_recovery_drills: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            job_id: string;
                            period: string | null;
                            kit_id: string | null;
                            /** @enum {string} */
                            state: "RUNNING" | "PASSED" | "DIFFERENT" | "FAILED";
                            requested_by: string;
                            /** Format: date-time */
                            requested_at: string;
                            finished_at: string | null;
                            seconds: number | null;
                            figures: {
                                [key: string]: number;
                            };
                            findings: {
                                code: string;
                                message: string;
                            }[];
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_recovery_drill: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            drill_id: string | null;
                            project_id: string;
                            workload_id: string | null;
                            title: string;
                            details: string;
                            owner: string;
                            /** Format: date-time */
                            due_at: string;
                            /** @enum {string} */
                            state: "OPEN" | "DONE";
                            /** Format: date-time */
                            created_at: string;
                            done_at: string | null;
                            done_by: string | null;
                            note: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    complete_task: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        drill_id: string | null;
                        project_id: string;
                        workload_id: string | null;
                        title: string;
                        details: string;
                        owner: string;
                        /** Format: date-time */
                        due_at: string;
                        /** @enum {string} */
                        state: "OPEN" | "DONE";
                        /** Format: date-time */
                        created_at: string;
                        done_at: string | null;
                        done_by: string | null;
                        note: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_reports: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            /** @enum {string} */
                            kind: "drill" | "attestation" | "health" | "integrity" | "compliance";
                            project_id: string | null;
                            drill_id: string | null;
                            /** Format: date-time */
                            from_at: string;
                            /** Format: date-time */
                            to_at: string;
                            period: string | null;
                            title: string;
                            /** @enum {string} */
                            state: "MAKING" | "READY" | "FAILED";
                            job_id: string;
                            requested_by: string;
                            /** Format: date-time */
                            created_at: string;
                            finished_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_report: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    kind: "drill" | "attestation" | "health" | "integrity" | "compliance";
                    project?: string;
                    drill_id?: string;
                    /** Format: date */
                    from?: string;
                    /** Format: date */
                    to?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        kind: "drill" | "attestation" | "health" | "integrity" | "compliance";
                        project_id: string | null;
                        drill_id: string | null;
                        /** Format: date-time */
                        from_at: string;
                        /** Format: date-time */
                        to_at: string;
                        period: string | null;
                        title: string;
                        /** @enum {string} */
                        state: "MAKING" | "READY" | "FAILED";
                        job_id: string;
                        requested_by: string;
                        /** Format: date-time */
                        created_at: string;
                        finished_at: string | null;
                        figures: {
                            label: string;
                            value: string;
                            note: string;
                            records: string;
                        }[];
                        files: {
                            name: string;
                            media_type: string;
                            sha256: string;
                            size_bytes: number;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_report_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        media_type: string;
                        sha256: string;
                        content_base64: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_report_subscriptions: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            project_id: string | null;
                            channel_id: string;
                            channel_name: string;
                            kinds: ("drill" | "attestation" | "health" | "integrity" | "compliance")[];
                            created_by: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_report_subscription: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    project?: string;
                    channel: string;
                    kinds: ("drill" | "attestation" | "health" | "integrity" | "compliance")[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        project_id: string | null;
                        channel_id: string;
                        channel_name: string;
                        kinds: ("drill" | "attestation" | "health" | "integrity" | "compliance")[];
                        created_by: string;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_report_subscription: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_evidence_head: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        fingerprint: string;
                        public_key: {
                            [key: string]: unknown;
                        };
                        day: string | null;
                        tree_size: number;
                        root_hash: string | null;
                        jws: string | null;
                        signed_at: string | null;
                        published_in: string[];
                        leaves: number;
                        pending: number;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    export_evidence: {
        parameters: {
            query?: {
                /** @description First UTC day; without it from the beginning */
                from?: string;
                /** @description Last UTC day; without it until now */
                to?: string;
                /** @description Id or name: of other projects' records only the hashes are shown */
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        format: string;
                        /** Format: date-time */
                        exported_at: string;
                        public_key: {
                            [key: string]: unknown;
                        };
                        first_index: number;
                        heads: string[];
                        consistency: string[][];
                        records: {
                            index: number;
                            record: string | null;
                            leaf_hash?: string;
                            proof: string[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            key_id: string;
                            alias: string;
                            project: string | null;
                            region: string | null;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            versions: {
                                version: number;
                                /** @enum {string} */
                                state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                                created_at: string;
                                destroy_at: string | null;
                                destroyed_at: string | null;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_key: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        alias: string;
                        project: string | null;
                        region: string | null;
                        /** @enum {string} */
                        state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                        created_at: string;
                        destroy_at: string | null;
                        versions: {
                            version: number;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            destroyed_at: string | null;
                        }[];
                    } | null;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        alias: string;
                        project: string | null;
                        region: string | null;
                        /** @enum {string} */
                        state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                        created_at: string;
                        destroy_at: string | null;
                        versions: {
                            version: number;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            destroyed_at: string | null;
                        }[];
                        grants: {
                            principal: string;
                            key_id: string;
                            rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                            denied: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    disable_key: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        alias: string;
                        project: string | null;
                        region: string | null;
                        /** @enum {string} */
                        state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                        created_at: string;
                        destroy_at: string | null;
                        versions: {
                            version: number;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            destroyed_at: string | null;
                        }[];
                        grants: {
                            principal: string;
                            key_id: string;
                            rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                            denied: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    enable_key: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        alias: string;
                        project: string | null;
                        region: string | null;
                        /** @enum {string} */
                        state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                        created_at: string;
                        destroy_at: string | null;
                        versions: {
                            version: number;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            destroyed_at: string | null;
                        }[];
                        grants: {
                            principal: string;
                            key_id: string;
                            rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                            denied: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    grant_key: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    principal: string;
                    rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        alias: string;
                        project: string | null;
                        region: string | null;
                        /** @enum {string} */
                        state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                        created_at: string;
                        destroy_at: string | null;
                        versions: {
                            version: number;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            destroyed_at: string | null;
                        }[];
                        grants: {
                            principal: string;
                            key_id: string;
                            rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                            denied: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    revoke_key: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    principal: string;
                    rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key_id: string;
                        alias: string;
                        project: string | null;
                        region: string | null;
                        /** @enum {string} */
                        state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                        created_at: string;
                        destroy_at: string | null;
                        versions: {
                            version: number;
                            /** @enum {string} */
                            state: "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";
                            created_at: string;
                            destroy_at: string | null;
                            destroyed_at: string | null;
                        }[];
                        grants: {
                            principal: string;
                            key_id: string;
                            rights: ("wrap" | "unwrap" | "describe" | "admin")[];
                            denied: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_key_events: {
        parameters: {
            query?: {
                /** @description Id of a key, or id or name of its project */
                key?: string;
                principal?: string;
                /** @description e.g. `key.unwrap` */
                action?: string;
                outcome?: "STARTED" | "OK" | "DENIED" | "FAILED" | "INTERRUPTED";
                from_at?: string;
                to_at?: string;
                /** @description `next_after_seq` of the page before */
                after_seq?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            seq: number;
                            at: string;
                            principal: string;
                            action: string;
                            outcome: string;
                            key_id: string | null;
                            key_version: number | null;
                            context: {
                                [key: string]: string;
                            } | null;
                            detail: {
                                [key: string]: string | number;
                            } | null;
                            hash: string;
                        }[];
                        next_after_seq: number | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    verify_key_events: {
        parameters: {
            query?: {
                /** @description Number of an entry somebody remembers */
                seq?: number;
                /** @description The hash it had */
                hash?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        entries_count: number;
                        head: {
                            seq: number;
                            hash: string;
                        };
                        first_broken: {
                            segment: string;
                            line: number;
                            seq: number;
                            reason: string;
                        } | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            rule: string;
                            severity: number;
                            /** @enum {string} */
                            state: "OPEN" | "ACKNOWLEDGED" | "RESOLVED";
                            project_id: string | null;
                            project_name: string | null;
                            subject: string;
                            summary: string;
                            members: string[];
                            /** Format: date-time */
                            opened_at: string;
                            /** Format: date-time */
                            last_seen_at: string;
                            acknowledged_at: string | null;
                            acknowledged_by: string | null;
                            resolved_at: string | null;
                            resolved_by: string | null;
                            resolution: string | null;
                            next_clock: {
                                /** @enum {string} */
                                step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                                /** Format: date-time */
                                due_at: string;
                            } | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_alert: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        rule: string;
                        severity: number;
                        /** @enum {string} */
                        state: "OPEN" | "ACKNOWLEDGED" | "RESOLVED";
                        project_id: string | null;
                        project_name: string | null;
                        subject: string;
                        summary: string;
                        members: string[];
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        last_seen_at: string;
                        acknowledged_at: string | null;
                        acknowledged_by: string | null;
                        resolved_at: string | null;
                        resolved_by: string | null;
                        resolution: string | null;
                        next_clock: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                        } | null;
                        details: {
                            [key: string]: unknown;
                        };
                        runbook: string;
                        timers: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                            met_at: string | null;
                            met_by: string | null;
                            note: string | null;
                            breached_at: string | null;
                        }[];
                        history: {
                            /** Format: date-time */
                            time: string;
                            type: string;
                            data: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    acknowledge_alert: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        rule: string;
                        severity: number;
                        /** @enum {string} */
                        state: "OPEN" | "ACKNOWLEDGED" | "RESOLVED";
                        project_id: string | null;
                        project_name: string | null;
                        subject: string;
                        summary: string;
                        members: string[];
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        last_seen_at: string;
                        acknowledged_at: string | null;
                        acknowledged_by: string | null;
                        resolved_at: string | null;
                        resolved_by: string | null;
                        resolution: string | null;
                        next_clock: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                        } | null;
                        details: {
                            [key: string]: unknown;
                        };
                        runbook: string;
                        timers: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                            met_at: string | null;
                            met_by: string | null;
                            note: string | null;
                            breached_at: string | null;
                        }[];
                        history: {
                            /** Format: date-time */
                            time: string;
                            type: string;
                            data: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    resolve_alert: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        rule: string;
                        severity: number;
                        /** @enum {string} */
                        state: "OPEN" | "ACKNOWLEDGED" | "RESOLVED";
                        project_id: string | null;
                        project_name: string | null;
                        subject: string;
                        summary: string;
                        members: string[];
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        last_seen_at: string;
                        acknowledged_at: string | null;
                        acknowledged_by: string | null;
                        resolved_at: string | null;
                        resolved_by: string | null;
                        resolution: string | null;
                        next_clock: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                        } | null;
                        details: {
                            [key: string]: unknown;
                        };
                        runbook: string;
                        timers: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                            met_at: string | null;
                            met_by: string | null;
                            note: string | null;
                            breached_at: string | null;
                        }[];
                        history: {
                            /** Format: date-time */
                            time: string;
                            type: string;
                            data: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    mark_alert: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                    note: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        rule: string;
                        severity: number;
                        /** @enum {string} */
                        state: "OPEN" | "ACKNOWLEDGED" | "RESOLVED";
                        project_id: string | null;
                        project_name: string | null;
                        subject: string;
                        summary: string;
                        members: string[];
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        last_seen_at: string;
                        acknowledged_at: string | null;
                        acknowledged_by: string | null;
                        resolved_at: string | null;
                        resolved_by: string | null;
                        resolution: string | null;
                        next_clock: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                        } | null;
                        details: {
                            [key: string]: unknown;
                        };
                        runbook: string;
                        timers: {
                            /** @enum {string} */
                            step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
                            /** Format: date-time */
                            due_at: string;
                            met_at: string | null;
                            met_by: string | null;
                            note: string | null;
                            breached_at: string | null;
                        }[];
                        history: {
                            /** Format: date-time */
                            time: string;
                            type: string;
                            data: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_calendar: {
        parameters: {
            query?: {
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: string | null;
                        timezone: string;
                        workdays: number[];
                        opens: string;
                        closes: string;
                        holidays: string[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_calendar: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project?: string;
                    timezone: string;
                    workdays: number[];
                    opens: string;
                    closes: string;
                    holidays: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: string | null;
                        timezone: string;
                        workdays: number[];
                        opens: string;
                        closes: string;
                        holidays: string[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_oncall: {
        parameters: {
            query?: {
                /** @description Instead of now */
                at?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        at: string;
                        on_call: {
                            rotation: string;
                            person: string | null;
                            because: string;
                            /** Format: date-time */
                            until: string;
                            next: string | null;
                        }[];
                        config: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_oncall: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        at: string;
                        on_call: {
                            rotation: string;
                            person: string | null;
                            because: string;
                            /** Format: date-time */
                            until: string;
                            next: string | null;
                        }[];
                        config: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_oncall_override: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    rotation: string;
                    person: string;
                    /** Format: date-time */
                    from?: string;
                    /** Format: date-time */
                    until: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        rotation: string;
                        person: string;
                        /** Format: date-time */
                        from_at: string;
                        /** Format: date-time */
                        until_at: string;
                        created_by: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_oncall_override: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        rotation: string;
                        person: string;
                        /** Format: date-time */
                        from_at: string;
                        /** Format: date-time */
                        until_at: string;
                        created_by: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_oncall_shifts: {
        parameters: {
            query?: {
                /** @description Without it a day ago */
                from?: string;
                /** @description Without it 14 days ahead; at most 62 days after from */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        from: string;
                        /** Format: date-time */
                        until: string;
                        items: {
                            rotation: string;
                            person: string | null;
                            because: string;
                            override_id: string | null;
                            /** Format: date-time */
                            from: string;
                            /** Format: date-time */
                            until: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_channels: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            /** @enum {string} */
                            kind: "email" | "webhook" | "slack" | "pagerduty" | "alertmanager";
                            config: {
                                [key: string]: unknown;
                            };
                            secret_ref: string | null;
                            failures_in_row: number;
                            last_error: string | null;
                            last_error_at: string | null;
                            last_ok_at: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_channel: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {string} */
                    kind: "email" | "webhook" | "slack" | "pagerduty" | "alertmanager";
                    config: {
                        [key: string]: unknown;
                    };
                    secret_ref?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "email" | "webhook" | "slack" | "pagerduty" | "alertmanager";
                        config: {
                            [key: string]: unknown;
                        };
                        secret_ref: string | null;
                        failures_in_row: number;
                        last_error: string | null;
                        last_error_at: string | null;
                        last_ok_at: string | null;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_channel: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    test_channel: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        delivery_id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            channel_id: string;
                            channel_name: string;
                            alert_id: string | null;
                            person: string | null;
                            kind: string;
                            /** @enum {string} */
                            state: "PENDING" | "SENT" | "FAILED" | "CANCELED";
                            attempt: number;
                            /** Format: date-time */
                            next_at: string;
                            last_error: string | null;
                            /** Format: date-time */
                            created_at: string;
                            sent_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_delivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        channel_id: string;
                        channel_name: string;
                        alert_id: string | null;
                        person: string | null;
                        kind: string;
                        /** @enum {string} */
                        state: "PENDING" | "SENT" | "FAILED" | "CANCELED";
                        attempt: number;
                        /** Format: date-time */
                        next_at: string;
                        last_error: string | null;
                        /** Format: date-time */
                        created_at: string;
                        sent_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_roles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            description: string;
                            permissions: string[];
                            builtin: boolean;
                        }[];
                        next_page_token: null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_role: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @default  */
                    description?: string;
                    permissions: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        description: string;
                        permissions: string[];
                        builtin: boolean;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        description: string;
                        permissions: string[];
                        builtin: boolean;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_role: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_bindings: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            /** @enum {string} */
                            subject_type: "user" | "group" | "service_account" | "token";
                            subject_id: string;
                            subject_name: string;
                            role: string;
                            project_id: string | null;
                            project_name: string | null;
                            tags: {
                                [key: string]: string;
                            } | null;
                            /** Format: date-time */
                            created_at: string;
                            created_by: string;
                            expires_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_binding: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    subject_type: "user" | "group" | "service_account" | "token";
                    subject: string;
                    role: string;
                    project?: string;
                    tags?: {
                        [key: string]: string;
                    };
                    /** Format: date-time */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @enum {string} */
                        subject_type: "user" | "group" | "service_account" | "token";
                        subject_id: string;
                        subject_name: string;
                        role: string;
                        project_id: string | null;
                        project_name: string | null;
                        tags: {
                            [key: string]: string;
                        } | null;
                        /** Format: date-time */
                        created_at: string;
                        created_by: string;
                        expires_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    delete_binding: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    check_access: {
        parameters: {
            query: {
                subject_type: "user" | "group" | "service_account" | "token";
                subject: string;
                permission: string;
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        allowed: boolean;
                        grants: {
                            role: string;
                            project_id: string | null;
                            tags: {
                                [key: string]: string;
                            } | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            scopes: string[];
                            user_id: string | null;
                            user_name: string | null;
                            /** Format: date-time */
                            created_at: string;
                            created_by: string | null;
                            expires_at: string | null;
                            revoked_at: string | null;
                            last_used_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @default [] */
                    scopes?: string[];
                    owner?: string;
                    /** Format: date-time */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        scopes: string[];
                        user_id: string | null;
                        user_name: string | null;
                        /** Format: date-time */
                        created_at: string;
                        created_by: string | null;
                        expires_at: string | null;
                        revoked_at: string | null;
                        last_used_at: string | null;
                        secret: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        scopes: string[];
                        user_id: string | null;
                        user_name: string | null;
                        /** Format: date-time */
                        created_at: string;
                        created_by: string | null;
                        expires_at: string | null;
                        revoked_at: string | null;
                        last_used_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            /** @enum {string} */
                            kind: "local" | "oidc" | "service";
                            display_name: string;
                            email: string | null;
                            groups: string[];
                            totp: boolean;
                            disabled: boolean;
                            /** Format: date-time */
                            created_at: string;
                            last_login_at: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /**
                     * @default local
                     * @enum {string}
                     */
                    kind?: "local" | "service";
                    display_name?: string;
                    /** Format: email */
                    email?: string;
                    password?: string;
                    groups?: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "local" | "oidc" | "service";
                        display_name: string;
                        email: string | null;
                        groups: string[];
                        totp: boolean;
                        disabled: boolean;
                        /** Format: date-time */
                        created_at: string;
                        last_login_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "local" | "oidc" | "service";
                        display_name: string;
                        email: string | null;
                        groups: string[];
                        totp: boolean;
                        disabled: boolean;
                        /** Format: date-time */
                        created_at: string;
                        last_login_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    update_user: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Refuse unless the object still is at this revision */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    display_name?: string;
                    email?: string | null;
                    password?: string;
                    groups?: string[];
                    disabled?: boolean;
                    reset_totp?: boolean;
                    remove_passkeys?: boolean;
                    unlock?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "local" | "oidc" | "service";
                        display_name: string;
                        email: string | null;
                        groups: string[];
                        totp: boolean;
                        disabled: boolean;
                        /** Format: date-time */
                        created_at: string;
                        last_login_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_passkeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            /** Format: date-time */
                            created_at: string;
                            last_used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    add_passkey: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    challenge: string;
                    name: string;
                    credential: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** Format: date-time */
                        created_at: string;
                        last_used_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    begin_passkey: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        challenge: string | null;
                        options: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    remove_passkey: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    enrol_totp: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        secret: string | null;
                        uri: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    confirm_totp: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        totp: true;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        /** @enum {string} */
                        kind: "local" | "oidc" | "service";
                        display_name: string;
                        email: string | null;
                        groups: string[];
                        totp: boolean;
                        disabled: boolean;
                        /** Format: date-time */
                        created_at: string;
                        last_login_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_identity_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            issuer: string;
                            client_id: string;
                            has_secret: boolean;
                            redirect_uri: string;
                            public_url: string;
                            scope: string;
                            groups_claim: string;
                            required_groups: string[];
                        }[];
                        groups: {
                            name: string;
                            people: number;
                            roles: {
                                binding_id: string;
                                role: string;
                                project_name: string | null;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    test_identity_provider: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        issuer: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_rotations: {
        parameters: {
            query?: {
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project: string;
                            key_id: string;
                            keys: {
                                key_id: string;
                                old_version: number;
                                new_version: number | null;
                            }[];
                            /** @enum {string} */
                            state: "RUNNING" | "DONE" | "FAILED" | "SUPERSEDED";
                            old_version: number;
                            new_version: number | null;
                            epoch: number | null;
                            emergency: boolean;
                            bytes_per_second_max: number | null;
                            requested_by: string;
                            reason: string;
                            job_id: string;
                            created_at: string;
                            finished_at: string | null;
                            phases: {
                                region: string;
                                region_id: string;
                                /** @enum {string} */
                                phase: "hot" | "warm" | "cold";
                                packs_total: number;
                                bytes_total: number;
                                packs_done: number;
                                bytes_done: number;
                                packs_left: number;
                                bytes_left: number;
                                bytes_per_second: number | null;
                                left_seconds: number | null;
                                locked_packs: number;
                                locked_bytes: number;
                                locked_until: string | null;
                                thawing_packs: number;
                                thaw_ready_at: string | null;
                                due_at: string;
                                finished_at: string | null;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_rotation: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    /** @default false */
                    emergency?: boolean;
                    bytes_per_second?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: string;
                        key_id: string;
                        old_version: number;
                        regions: {
                            region: string;
                            phases: {
                                /** @enum {string} */
                                phase: "hot" | "warm" | "cold";
                                packs: number;
                                bytes: number;
                                locked_packs: number;
                                locked_bytes: number;
                                locked_until: string | null;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_key_retirement: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    region?: string;
                    version: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        job_id: string;
                        resource_id: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_key_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: string;
                        /** @enum {string} */
                        every: "annual" | "quarterly" | "monthly" | "never";
                        last_at: string | null;
                        next_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_key_schedule: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    /** @enum {string} */
                    every: "annual" | "quarterly" | "monthly" | "never";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: string;
                        /** @enum {string} */
                        every: "annual" | "quarterly" | "monthly" | "never";
                        last_at: string | null;
                        next_at: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    shred_project: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    confirm?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        region_id: string;
                        quota_bytes: number | null;
                        sandbox: boolean;
                        shredded_at: string | null;
                        revision: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_incidents: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project_id: string;
                            project_name: string;
                            severity: 1 | 2 | 3;
                            title: string;
                            scope: string;
                            /** @enum {string} */
                            state: "OPEN" | "RESPONDED" | "CLOSED";
                            criteria: {
                                text: string;
                                met: boolean | null;
                                evidence: string | null;
                            }[];
                            restore_ids: string[];
                            alert_ids: string[];
                            opened_by: string;
                            /** Format: date-time */
                            opened_at: string;
                            /** Format: date-time */
                            response_due_at: string;
                            responded_at: string | null;
                            responded_by: string | null;
                            breached_at: string | null;
                            closed_at: string | null;
                            debrief: {
                                worked: string;
                                improve: string;
                            } | null;
                            allowance_year: number;
                            within_allowance: boolean;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    open_incident: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    severity: 1 | 2 | 3;
                    title: string;
                    scope: string;
                    criteria: string[];
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        project_name: string;
                        severity: 1 | 2 | 3;
                        title: string;
                        scope: string;
                        /** @enum {string} */
                        state: "OPEN" | "RESPONDED" | "CLOSED";
                        criteria: {
                            text: string;
                            met: boolean | null;
                            evidence: string | null;
                        }[];
                        restore_ids: string[];
                        alert_ids: string[];
                        opened_by: string;
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        response_due_at: string;
                        responded_at: string | null;
                        responded_by: string | null;
                        breached_at: string | null;
                        closed_at: string | null;
                        debrief: {
                            worked: string;
                            improve: string;
                        } | null;
                        allowance_year: number;
                        within_allowance: boolean;
                        timeline: {
                            /** Format: date-time */
                            at: string;
                            what: string;
                            subject: string;
                            evidence_index: number | null;
                        }[];
                        document: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_incident: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        project_name: string;
                        severity: 1 | 2 | 3;
                        title: string;
                        scope: string;
                        /** @enum {string} */
                        state: "OPEN" | "RESPONDED" | "CLOSED";
                        criteria: {
                            text: string;
                            met: boolean | null;
                            evidence: string | null;
                        }[];
                        restore_ids: string[];
                        alert_ids: string[];
                        opened_by: string;
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        response_due_at: string;
                        responded_at: string | null;
                        responded_by: string | null;
                        breached_at: string | null;
                        closed_at: string | null;
                        debrief: {
                            worked: string;
                            improve: string;
                        } | null;
                        allowance_year: number;
                        within_allowance: boolean;
                        timeline: {
                            /** Format: date-time */
                            at: string;
                            what: string;
                            subject: string;
                            evidence_index: number | null;
                        }[];
                        document: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    update_incident: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    respond?: boolean;
                    note?: string;
                    scope?: string;
                    restore_id?: string;
                    alert_id?: string;
                    criterion?: {
                        index: number;
                        met: boolean;
                        evidence: string;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        project_name: string;
                        severity: 1 | 2 | 3;
                        title: string;
                        scope: string;
                        /** @enum {string} */
                        state: "OPEN" | "RESPONDED" | "CLOSED";
                        criteria: {
                            text: string;
                            met: boolean | null;
                            evidence: string | null;
                        }[];
                        restore_ids: string[];
                        alert_ids: string[];
                        opened_by: string;
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        response_due_at: string;
                        responded_at: string | null;
                        responded_by: string | null;
                        breached_at: string | null;
                        closed_at: string | null;
                        debrief: {
                            worked: string;
                            improve: string;
                        } | null;
                        allowance_year: number;
                        within_allowance: boolean;
                        timeline: {
                            /** Format: date-time */
                            at: string;
                            what: string;
                            subject: string;
                            evidence_index: number | null;
                        }[];
                        document: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    close_incident: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    worked: string;
                    improve: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_id: string;
                        project_name: string;
                        severity: 1 | 2 | 3;
                        title: string;
                        scope: string;
                        /** @enum {string} */
                        state: "OPEN" | "RESPONDED" | "CLOSED";
                        criteria: {
                            text: string;
                            met: boolean | null;
                            evidence: string | null;
                        }[];
                        restore_ids: string[];
                        alert_ids: string[];
                        opened_by: string;
                        /** Format: date-time */
                        opened_at: string;
                        /** Format: date-time */
                        response_due_at: string;
                        responded_at: string | null;
                        responded_by: string | null;
                        breached_at: string | null;
                        closed_at: string | null;
                        debrief: {
                            worked: string;
                            improve: string;
                        } | null;
                        allowance_year: number;
                        within_allowance: boolean;
                        timeline: {
                            /** Format: date-time */
                            at: string;
                            what: string;
                            subject: string;
                            evidence_index: number | null;
                        }[];
                        document: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_anomalies: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project_name: string;
                            workload_name: string;
                            backup_id: string;
                            clean_backup_id: string | null;
                            /** @enum {string} */
                            kind: "encryption" | "mass_deletion";
                            signals: {
                                [key: string]: number;
                            };
                            /** @enum {string} */
                            state: "OPEN" | "DISMISSED";
                            /** Format: date-time */
                            detected_at: string;
                            decided_at: string | null;
                            decided_by: string | null;
                            note: string | null;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    dismiss_anomaly: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    note: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        project_name: string;
                        workload_name: string;
                        backup_id: string;
                        clean_backup_id: string | null;
                        /** @enum {string} */
                        kind: "encryption" | "mass_deletion";
                        signals: {
                            [key: string]: number;
                        };
                        /** @enum {string} */
                        state: "OPEN" | "DISMISSED";
                        /** Format: date-time */
                        detected_at: string;
                        decided_at: string | null;
                        decided_by: string | null;
                        note: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_ledger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            repository_id: string;
                            project: string;
                            region: string;
                            packs: number;
                            bytes: number;
                            read_packs: number;
                            read_bytes: number;
                            damaged_packs: number;
                            never_read_packs: number;
                            oldest_read_at: string | null;
                            period_days: number;
                            on_time: boolean;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    list_integrity_reports: {
        parameters: {
            query?: {
                /** @description How many items at most */
                page_size?: number;
                /** @description `next_page_token` of the page before; filter and order must stay the same */
                page_token?: string;
                /** @description Terms that must all hold, e.g. `state=AVAILABLE,created_at<2026-05-11T00:00:00Z`; a value with a comma in "…" */
                filter?: string;
                /** @description A field and a direction, e.g. `created_at desc` */
                order_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project_id: string;
                            project_name: string;
                            day: string;
                            report: {
                                [key: string]: unknown;
                            };
                            jws: string;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        next_page_token: string | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_usage: {
        parameters: {
            query: {
                project: string;
                /** @description A calendar month in UTC, e.g. 2026-11 */
                month: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: string;
                        project_id: string;
                        month: string;
                        hours_in_month: number;
                        last_record: number;
                        lines: {
                            meter: string;
                            class: string;
                            region: string | null;
                            to_region: string | null;
                            /** @enum {string} */
                            unit: "byte_hours" | "bytes" | "count";
                            quantity: string;
                            corrected: string;
                            hours: number;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_prices: {
        parameters: {
            query?: {
                currency?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            item: string;
                            kind: string;
                            title: string;
                            unit: string;
                            currency: string;
                            amount: string;
                            effective_from: string;
                            drives: {
                                drills: string;
                                /** @enum {string} */
                                rotation: "annual" | "quarterly" | "monthly";
                                assists: number | null;
                            } | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    add_price: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    item: string;
                    currency: string;
                    amount: string;
                    /** @description A day in UTC, e.g. 2026-11-01 */
                    effective_from: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        item: string;
                        kind: string;
                        title: string;
                        unit: string;
                        currency: string;
                        amount: string;
                        effective_from: string;
                        drives: {
                            drills: string;
                            /** @enum {string} */
                            rotation: "annual" | "quarterly" | "monthly";
                            assists: number | null;
                        } | null;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_subscriptions: {
        parameters: {
            query?: {
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project: string;
                            project_id: string;
                            tier: string;
                            addons: {
                                [key: string]: number;
                            };
                            /** @enum {string} */
                            billing: "monthly" | "annual";
                            currency: string;
                            tax_percent: string;
                            setup: boolean;
                            effective_from: string;
                            effective_until: string | null;
                            applied_at: string | null;
                            created_at: string;
                            created_by: string;
                            drives: {
                                drills: string;
                                /** @enum {string} */
                                rotation: "annual" | "quarterly" | "monthly";
                                assists: number | null;
                            } | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_subscription: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    tier: string;
                    /** @default {} */
                    addons?: {
                        [key: string]: number;
                    };
                    /**
                     * @default monthly
                     * @enum {string}
                     */
                    billing?: "monthly" | "annual";
                    /** @default EUR */
                    currency?: string;
                    /** @default 0 */
                    tax_percent?: string;
                    /** @default false */
                    setup?: boolean;
                    /** @description A day in UTC, e.g. 2026-11-01 */
                    effective_from?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            project: string;
                            project_id: string;
                            tier: string;
                            addons: {
                                [key: string]: number;
                            };
                            /** @enum {string} */
                            billing: "monthly" | "annual";
                            currency: string;
                            tax_percent: string;
                            setup: boolean;
                            effective_from: string;
                            effective_until: string | null;
                            applied_at: string | null;
                            created_at: string;
                            created_by: string;
                            drives: {
                                drills: string;
                                /** @enum {string} */
                                rotation: "annual" | "quarterly" | "monthly";
                                assists: number | null;
                            } | null;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    find_invoices: {
        parameters: {
            query?: {
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            number: number;
                            project: string;
                            project_id: string;
                            /** @enum {string} */
                            kind: "INVOICE" | "CREDIT_NOTE";
                            corrects: string | null;
                            reason: string | null;
                            month: string;
                            currency: string;
                            net: string;
                            tax_percent: string;
                            tax: string;
                            total: string;
                            created_at: string;
                            created_by: string;
                            lines: {
                                item: string;
                                title: string;
                                quantity: string;
                                unit: string;
                                unit_price: string | null;
                                from: string;
                                until: string;
                                amount: string;
                            }[];
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    create_invoice: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    /** @description A calendar month in UTC that is over, e.g. 2026-10 */
                    month: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        number: number;
                        project: string;
                        project_id: string;
                        /** @enum {string} */
                        kind: "INVOICE" | "CREDIT_NOTE";
                        corrects: string | null;
                        reason: string | null;
                        month: string;
                        currency: string;
                        net: string;
                        tax_percent: string;
                        tax: string;
                        total: string;
                        created_at: string;
                        created_by: string;
                        lines: {
                            item: string;
                            title: string;
                            quantity: string;
                            unit: string;
                            unit_price: string | null;
                            from: string;
                            until: string;
                            amount: string;
                        }[];
                        csv: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_invoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        number: number;
                        project: string;
                        project_id: string;
                        /** @enum {string} */
                        kind: "INVOICE" | "CREDIT_NOTE";
                        corrects: string | null;
                        reason: string | null;
                        month: string;
                        currency: string;
                        net: string;
                        tax_percent: string;
                        tax: string;
                        total: string;
                        created_at: string;
                        created_by: string;
                        lines: {
                            item: string;
                            title: string;
                            quantity: string;
                            unit: string;
                            unit_price: string | null;
                            from: string;
                            until: string;
                            amount: string;
                        }[];
                        csv: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_budgets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            project: string;
                            project_id: string;
                            amount: string;
                            spent: string | null;
                            currency: string | null;
                            percent: number | null;
                            set_by: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    set_budget: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    project: string;
                    amount: string | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            project: string;
                            project_id: string;
                            amount: string;
                            spent: string | null;
                            currency: string | null;
                            percent: number | null;
                            set_by: string;
                        }[];
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    get_invoice_pdf: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @enum {string} */
                        media_type: "application/pdf";
                        content_base64: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    recompute_invoice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        same: boolean;
                        total: string;
                        total_with_later_usage: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    credit_invoice: {
        parameters: {
            query?: {
                /** @description `true`: check and answer as if it had been done, and change nothing */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description A repeated request with the same key gets the first one's answer; kept for 24 hours */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                    net?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        number: number;
                        project: string;
                        project_id: string;
                        /** @enum {string} */
                        kind: "INVOICE" | "CREDIT_NOTE";
                        corrects: string | null;
                        reason: string | null;
                        month: string;
                        currency: string;
                        net: string;
                        tax_percent: string;
                        tax: string;
                        total: string;
                        created_at: string;
                        created_by: string;
                        lines: {
                            item: string;
                            title: string;
                            quantity: string;
                            unit: string;
                            unit_price: string | null;
                            from: string;
                            until: string;
                            amount: string;
                        }[];
                        csv: string;
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        detail: string;
                        code: string;
                        retryable: boolean;
                        fix: string;
                        status_reason: string;
                        context: {
                            [key: string]: unknown;
                        };
                        instance?: string;
                    };
                };
            };
        };
    };
    stream_events: {
        parameters: {
            query?: {
                /** @description Start behind this sequence number; Last-Event-ID wins over it */
                after?: number;
                /** @description Only events about this id */
                subject?: string;
            };
            header?: {
                /** @description Sequence number of the last event that was read */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/event-stream; `id` is the sequence number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    stream_job_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sequence number of the last event that was read */
                "last-event-id"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/event-stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
}
