using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.IdentityModel.Tokens;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
builder.Services.AddAuthorization().AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    options.TokenValidationParameters = new TokenValidationParameters
    {
        IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(builder.Configuration["TOKEN_KEY"]!)),
        ValidateIssuer = false,
        ValidateAudience = false,
        ClockSkew = TimeSpan.Zero,
    };
    options.Events = new JwtBearerEvents
    {
        OnMessageReceived = context =>
        {
            var token = context.Request.Query["access_token"].ToString();
            var isHub = context.Request.Path.StartsWithSegments("/messages");
            if (token != "" && isHub) context.Token = token;
            return Task.CompletedTask;
        },
    };
});
var signalr = builder.Services.AddSignalR().AddMessagePackProtocol();
var redis = builder.Configuration["REDIS_URL"];
if (!string.IsNullOrEmpty(redis)) signalr.AddStackExchangeRedis(new Uri(redis).Authority);

var app = builder.Build();
app.MapHub<MessageHub>("/messages");
app.MapGet("/health", () => new { status = "Healthy" });
app.Run();

// Without a namespace, so that the hub has the same name as in TypeScript.
[Authorize]
public class MessageHub : Hub
{
    const string Instance = "C# server";

    public Task SendMessageToAll(string message) => Clients.All.SendAsync("ReceiveMessage", message, Instance);

    public Task SendMessageToCaller(string message) => Clients.Caller.SendAsync("ReceiveMessage", message, Instance);

    public Task SendMessageToUser(string connectionId, string message) =>
        Clients.Client(connectionId).SendAsync("ReceiveMessage", message, Instance);

    public Task JoinGroup(string group) => Groups.AddToGroupAsync(Context.ConnectionId, group);

    public Task SendMessageToGroup(string group, string message) =>
        Clients.Group(group).SendAsync("ReceiveMessage", message, Instance);

    public string? WhoAmI() => Context.UserIdentifier;

    public override async Task OnConnectedAsync()
    {
        await Clients.All.SendAsync("UserConnected", Context.ConnectionId);
        await Clients.Caller.SendAsync("ServedBy", Instance);
    }

    public override Task OnDisconnectedAsync(Exception? error) => Clients.All.SendAsync("UserDisconnected", Context.ConnectionId);
}
