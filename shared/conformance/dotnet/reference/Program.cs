// The server whose answers were recorded. src/twin is its twin. The differential test compares both.
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.IdentityModel.Tokens;
using Reference;

const string Issuer = "practical-signalr";
const string Audience = "practical-signalr";
const string Key = "practical-signalr-reference-test-key-0123456789";

var builder = WebApplication.CreateBuilder(args);
// A connection that is not opened, or no longer polled, is removed after this time.
builder.Services.AddConnections(o => o.DisconnectTimeout = TimeSpan.FromSeconds(3));

builder.Services.AddSignalR()
    .AddMessagePackProtocol()
    .AddHubOptions<DetailedHub>(o => o.EnableDetailedErrors = true)
    .AddHubOptions<SmallHub>(o => o.MaximumReceiveMessageSize = 1024)
    .AddHubOptions<SmallBufferHub>(o => o.StatefulReconnectBufferSize = 512)
    .AddHubOptions<ParallelHub>(o => o.MaximumParallelInvocationsPerClient = 4)
    .AddHubOptions<DeliveryHub>(o => o.MaximumParallelInvocationsPerClient = 4)
    .AddHubOptions<JsonOnlyHub>(o => o.SupportedProtocols = ["json"])
    .AddHubOptions<FastHub>(o =>
    {
        o.HandshakeTimeout = TimeSpan.FromMilliseconds(600);
        o.KeepAliveInterval = TimeSpan.FromMilliseconds(500);
        o.ClientTimeoutInterval = TimeSpan.FromMilliseconds(1500);
    });

builder.Services.AddSingleton<IUserIdProvider, ClaimOrQueryUserIdProvider>();

TokenValidationParameters Validation() => new()
{
    ValidIssuer = Issuer,
    ValidAudience = Audience,
    IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Key)),
    ClockSkew = TimeSpan.Zero,
};

builder.Services.AddAuthentication()
    .AddJwtBearer("HeaderOnly", o => o.TokenValidationParameters = Validation())
    .AddJwtBearer("Query", o =>
    {
        o.TokenValidationParameters = Validation();
        o.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                var token = context.Request.Query["access_token"];
                if (!string.IsNullOrEmpty(token) && context.HttpContext.Request.Path.StartsWithSegments("/authorized"))
                {
                    context.Token = token;
                }
                return Task.CompletedTask;
            }
        };
    });
builder.Services.AddAuthorization(o => o.AddPolicy("adult", p => p.RequireAssertion(c =>
    int.TryParse(c.User.FindFirst("age")?.Value, out var age) && age >= 18)));
builder.Services.AddCors(o => o.AddPolicy("vite", p => p
    .WithOrigins("http://localhost:5173").AllowAnyHeader().AllowAnyMethod().AllowCredentials()));

var app = builder.Build();
app.UseWebSockets();
app.UseRouting();
app.UseCors();
app.UseAuthentication();
app.UseAuthorization();

app.MapHub<ConformanceHub>("/conformance");
app.MapHub<DetailedHub>("/conformance-detailed");
app.MapHub<SmallHub>("/small");
app.MapHub<StatefulHub>("/stateful", o => o.AllowStatefulReconnects = true);
app.MapHub<SmallBufferHub>("/stateful-small-buffer", o => o.AllowStatefulReconnects = true);
app.MapHub<ParallelHub>("/parallel");
app.MapHub<JsonOnlyHub>("/json-only");
app.MapHub<DeliveryHub>("/delivery");
app.MapHub<FastHub>("/fast-timeouts", o => o.LongPolling.PollTimeout = TimeSpan.FromMilliseconds(500));
app.MapHub<ConformanceHub>("/ws-only", o => o.Transports = HttpTransportType.WebSockets);
app.MapHub<ConformanceHub>("/sse-lp", o => o.Transports = HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling);
app.MapHub<ConformanceHub>("/min-version-1", o => o.MinimumProtocolVersion = 1);
app.MapHub<ConformanceHub>("/cors").RequireCors("vite");
app.MapHub<MessageHub>("/messages");
app.MapHub<HeaderOnlyHub>("/authorized/header-only");
app.MapHub<QueryHub>("/authorized/query");
app.MapHub<ExpiringHub>("/authorized/expiring", o => o.CloseOnAuthenticationExpiration = true);
app.MapHub<OpenHub>("/open");

app.MapGet("/", () => "reference server");

app.MapGet("/announcement", () => Results.Content(
    "<html><body><form action=\"/announcement\" method=\"POST\"><textarea name=\"message\"></textarea>" +
    "<input type=\"submit\" value=\"Send\"></form></body></html>", "text/html; charset=utf-8"));
app.MapPost("/announcement", async (HttpRequest request, IHubContext<MessageHub> hub) =>
{
    var form = await request.ReadFormAsync();
    var message = form.TryGetValue("message", out var m) ? m.ToString() : null;
    await hub.Clients.All.SendAsync("ReceiveMessage", message);
    return Results.Redirect("/announcement");
});

// Sends from outside a hub: POST /hubcontext/{kind} with a JSON body {to: string[], except: string[], message}
app.MapPost("/hubcontext/{kind}", async (string kind, HubContextRequest r, IHubContext<DeliveryHub> hub) =>
{
    var c = hub.Clients;
    var to = r.To ?? [];
    var except = r.Except ?? [];
    switch (kind)
    {
        case "all": await c.All.SendAsync("Receive", r.Message); break;
        case "all-except": await c.AllExcept(except).SendAsync("Receive", r.Message); break;
        case "client": await c.Client(to[0]).SendAsync("Receive", r.Message); break;
        case "clients": await c.Clients(to).SendAsync("Receive", r.Message); break;
        case "group": await c.Group(to[0]).SendAsync("Receive", r.Message); break;
        case "group-except": await c.GroupExcept(to[0], except).SendAsync("Receive", r.Message); break;
        case "groups": await c.Groups(to).SendAsync("Receive", r.Message); break;
        case "user": await c.User(to[0]).SendAsync("Receive", r.Message); break;
        case "users": await c.Users(to).SendAsync("Receive", r.Message); break;
        case "add-to-group": await hub.Groups.AddToGroupAsync(to[0], to[1]); break;
        case "remove-from-group": await hub.Groups.RemoveFromGroupAsync(to[0], to[1]); break;
        case "invoke":
            try { return Results.Text("answer: " + await c.Client(to[0]).InvokeAsync<string?>("Ask", r.Message, CancellationToken.None)); }
            catch (Exception e) { return Results.Text("failed: " + e.Message); }
        default: return Results.NotFound();
    }
    return Results.Ok();
});

app.Run();

public record HubContextRequest(string[]? To, string[]? Except, string? Message);

// The user identifier is the claim of the token, otherwise the query parameter `user`.
public class ClaimOrQueryUserIdProvider : IUserIdProvider
{
    public string? GetUserId(HubConnectionContext connection)
    {
        var claim = connection.User.FindFirst(System.Security.Claims.ClaimTypes.NameIdentifier)?.Value;
        if (claim is not null) { return claim; }
        var query = connection.GetHttpContext()?.Request.Query["user"].ToString();
        return string.IsNullOrEmpty(query) ? null : query;
    }
}
