using Dialer.Calendars;
using Dialer.Gateway.CallsApi;
using Dialer.Gateway.Wire;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Dialer.Gateway.Description;

/// <summary>The description of the API (OpenAPI 3.1) at <c>/openapi/v1.json</c>, and a page to read and try it at <c>/docs</c>.</summary>
internal static class OpenApiServices
{
    private const string Bearer = "key";
    private const string About =
        "Everything that an integration, a CRM or a script does with the dialer. Authorize with a key: `Authorization: Bearer KEY`. "
        + "Refusals are `application/problem+json` with a stable `code`. Instants are RFC 3339 in UTC; ids are text. "
        + "The operations under `Calls API` are those of the platform: the campaign's token in the path is their only credential.";

    public static IServiceCollection AddDescription(this IServiceCollection services) => services.AddSingleton<DescriptionText>().AddOpenApi(DescriptionText.Document, o =>
    {
        o.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Orleans Dialer", Version = "v1", Description = About, License = new OpenApiLicense { Name = "MIT" } };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of /api/v1/keys." },
            };
            return Task.CompletedTask;
        });
        o.AddOperationTransformer(async (operation, context, cancel) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<DescribedBody>().FirstOrDefault() is { } body)
            {
                var schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancel);
                operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = schema } } };
            }

            if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
            {
                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
                operation.Responses ??= [];
                operation.Responses.TryAdd("401", new OpenApiResponse { Description = "No key that is in force." });
                operation.Responses.TryAdd("403", new OpenApiResponse { Description = "The key's role may not do this." });
                operation.Responses.TryAdd("429", new OpenApiResponse { Description = "Too many requests; ask again after Retry-After." });
                operation.Responses.TryAdd("503", new OpenApiResponse { Description = "Not right now; ask again after Retry-After." });
            }

            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotentAttribute>().FirstOrDefault() is { } idempotent)
            {
                DescribeKey(operation, idempotent);
            }

            Describe(operation, context.Description);
        });
        o.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(DateTimeOffset) || context.JsonTypeInfo.Type == typeof(DateTimeOffset?))
            {
                schema.Type = context.JsonTypeInfo.Type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            }

            if (context.JsonTypeInfo.Type == typeof(WeeklyHours))
            {
                schema.Type = JsonSchemaType.Object;
                schema.Description = "Days mon … sun, each {\"from\":\"09:00\",\"to\":\"18:00\"}; a day that is left out has no calls.";
            }

            return Task.CompletedTask;
        });
    });

    private static void DescribeKey(OpenApiOperation operation, IdempotentAttribute idempotent)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Idempotency.Header,
            In = ParameterLocation.Header,
            Description = "Within a day the same key and body "
                + (idempotent.IsSecret ? "are done once; the answer holds a secret and is not repeated (409)." : "get the first answer again; nothing is done twice."),
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Idempotency.MaxKeyLength },
        });
        operation.Responses ??= [];
        operation.Responses.TryAdd("409", new OpenApiResponse { Description = "The first request with this key is being served, or its answer is not repeated." });
        operation.Responses.TryAdd("422", new OpenApiResponse { Description = "The key was used with another body." });
    }

    /// <summary>What the framework cannot see: pages and patches are read by ours.</summary>
    private static void Describe(OpenApiOperation operation, Microsoft.AspNetCore.Mvc.ApiExplorer.ApiDescription description)
    {
        if (description.ActionDescriptor.EndpointMetadata.OfType<System.Reflection.MethodInfo>().Any(m => m.GetParameters().Any(p => p.ParameterType == typeof(Paging))))
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(Query("limit", JsonSchemaType.Integer, $"1–{Paging.MaxLimit}, {Paging.DefaultLimit} if left out."));
            operation.Parameters.Add(Query("cursor", JsonSchemaType.String, "nextCursor of the page before."));
        }

        foreach (var content in description.HttpMethod == "PATCH" ? operation.RequestBody?.Content?.Values ?? [] : [])
        {
            content.Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "JSON Merge Patch (RFC 7396) of the settings: members replace, null removes, what is left out stays.",
            };
        }
    }

    private static OpenApiParameter Query(string name, JsonSchemaType type, string text) =>
        new() { Name = name, In = ParameterLocation.Query, Description = text, Schema = new OpenApiSchema { Type = type } };

    public static void MapDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/openapi/{DescriptionText.Document}.json", async (DescriptionText description) =>
        {
            var (text, tag) = await description.GetAsync();
            return Results.Bytes(text, "application/json; charset=utf-8", entityTag: tag);
        }).AllowAnonymous().ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", o =>
        {
            // nothing is fetched from anybody else
            o.WithTitle("Orleans Dialer").WithOpenApiRoutePattern("/openapi/{documentName}.json").DisableDefaultFonts();
            // and nothing of the description goes to anybody else
            o.DisableTelemetry().DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton();
        }).AllowAnonymous();
    }
}
